using Microsoft.AspNetCore.Identity;
using OAuthServer.Accounts.Passwords;
using OAuthServer.Storage;

namespace OAuthServer.Accounts;

/// <summary>
/// What a new password has to be (NIST SP 800-63B-4 §3.1.1.2): long enough, none that is tried first, and none of those
/// that are known from breaches. No kind of character is asked for.
/// </summary>
internal sealed class NewPasswordRule(PasswordLength length, ServiceNames names, BreachList breaches)
    : IPasswordValidator<Account>
{
    public async Task<IdentityResult> ValidateAsync(UserManager<Account> manager, Account user, string? password)
    {
        var chosen = password ?? "";
        var characters = PasswordLength.Of(chosen);
        if (characters < length.Shortest)
        {
            return Fault(
                "PasswordTooShort",
                $"The new password needs at least {length.Shortest} characters.",
                length.Shortest);
        }

        if (characters > PasswordLength.Longest)
        {
            return Fault(
                "PasswordTooLong",
                $"The new password is too long: at most {PasswordLength.Longest} characters are taken, and this one "
                + $"has {characters}.",
                PasswordLength.Longest,
                characters);
        }

        if (FirstGuesses.Include(chosen, user.Email ?? "", names.All))
        {
            return Fault(
                "PasswordTooCommon",
                "The new password is easy to guess: it is a common one, or made of your e-mail address or of the name "
                + "of this service.");
        }

        return await breaches.ContainsAsync(chosen)
            ? Fault(
                "PasswordBreached",
                "The new password is in a list of stolen passwords, which are tried first. Please choose another one.")
            : IdentityResult.Success;
    }

    private static IdentityResult Fault(string code, string text, params object[] values) =>
        IdentityResult.Failed(new NewPasswordFault { Code = code, Description = text, Values = values });
}
