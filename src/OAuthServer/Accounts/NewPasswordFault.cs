using Microsoft.AspNetCore.Identity;
using OAuthServer.Protocol;
using OAuthServer.Storage;

namespace OAuthServer.Accounts;

/// <summary>What is wrong with a new password: a text by its code, and the figures in it.</summary>
internal sealed class NewPasswordFault : IdentityError
{
    /// <summary>What stands in the places of the text.</summary>
    public IReadOnlyList<object> Values { get; init; } = [];

    /// <summary>What the first rule that refuses the password says to the person; null when none does.</summary>
    public static async Task<Words?> FirstAsync(UserManager<Account> users, Account account, string wanted)
    {
        foreach (var validator in users.PasswordValidators)
        {
            var result = await validator.ValidateAsync(users, account, wanted);
            if (result.Errors.FirstOrDefault() is { } fault)
                return new Words("NewPassword." + fault.Code, [.. (fault as NewPasswordFault)?.Values ?? []]);
        }

        return null;
    }
}
