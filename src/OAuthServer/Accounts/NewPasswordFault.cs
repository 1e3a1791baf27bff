using Microsoft.AspNetCore.Identity;

namespace OAuthServer.Accounts;

/// <summary>What is wrong with a new password: a text by its code, and the figures in it.</summary>
internal sealed class NewPasswordFault : IdentityError
{
    /// <summary>What stands in the places of the text.</summary>
    public IReadOnlyList<object> Values { get; init; } = [];
}
