using System.Collections.Frozen;
using Microsoft.AspNetCore.Identity;
using OAuthServer.Storage;

namespace OAuthServer.Accounts;

/// <summary>
/// Refuses what is tried first (NIST SP 800-63B-4 §3.1.1.2): a common password or the account's own address, also
/// when it is repeated or has digits and signs around it; and digits and signs alone.
/// </summary>
internal sealed class NewPasswordRule : IPasswordValidator<Account>
{
    private const string Resource = "OAuthServer.Accounts.common-passwords.txt";

    // A shorter part of an address, such as "jo", is in many good passwords.
    private const int ShortestPart = 3;

    private static readonly FrozenSet<string> Common = Read();

    public Task<IdentityResult> ValidateAsync(UserManager<Account> manager, Account user, string? password) =>
        Task.FromResult(IsGuessable(password ?? "", user.Email ?? "") ? TooCommon() : IdentityResult.Success);

    /// <summary>True for a password that belongs to the first guesses at this address.</summary>
    public static bool IsGuessable(string password, string email)
    {
        var typed = Plain(password);
        var stem = Stem(typed);
        if (stem.Length == 0) return true;
        if (Common.Contains(stem) || Common.Contains(Once(stem))) return true;
        var address = Plain(email);
        string[] parts = [address, .. address.Split('@', '.', '-', '+', '_')];
        string[] known = [.. parts, address.Split('@')[0]];
        return known.Where(part => part.Length >= ShortestPart)
            .Any(part => typed == part || Stem(part) == Once(stem) || Stem(part) == stem);
    }

    private static string Plain(string text) => text.ToLowerInvariant();

    // Without the digits and signs before and after.
    private static string Stem(string text)
    {
        var from = 0;
        var end = text.Length;
        while (from < end && char.IsAscii(text[from]) && !char.IsAsciiLetter(text[from])) from++;
        while (end > from && char.IsAscii(text[end - 1]) && !char.IsAsciiLetter(text[end - 1])) end--;
        return text[from..end];
    }

    // "secret" for "secretsecret"; any other text as it is.
    private static string Once(string text)
    {
        for (var length = 1; length <= text.Length / 2; length++)
        {
            var part = text[..length];
            if (text.Replace(part, "", StringComparison.Ordinal).Length == 0) return part;
        }

        return text;
    }

    private static IdentityResult TooCommon() => IdentityResult.Failed(new IdentityError
    {
        Code = "PasswordTooCommon",
        Description = "The new password is easy to guess: it is a common one, or part of your e-mail address.",
    });

    private static FrozenSet<string> Read()
    {
        using var words = new StreamReader(typeof(NewPasswordRule).Assembly.GetManifestResourceStream(Resource)!);
        return words.ReadToEnd().Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries).ToFrozenSet();
    }
}
