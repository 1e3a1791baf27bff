using Microsoft.AspNetCore.Identity;
using OAuthServer.Protocol;
using OAuthServer.Storage;

namespace OAuthServer.Accounts.Editing;

/// <summary>A password that somebody else gave or had made, and its hash.</summary>
/// <param name="Shown">To be told once; null for one that was given.</param>
internal sealed record HashedPassword(string? Shown, string Hash)
{
    /// <summary>Kept out of logs.</summary>
    public override string ToString() => nameof(HashedPassword);
}

/// <summary>Passwords that operators give to people, by the rules of those that people choose.</summary>
internal sealed class GivenPasswords(
    IPasswordValidator<Account> rule, IPasswordHasher<Account> hasher, PasswordWork work)
{
    private const string Member = "password";

    /// <param name="given">Null for one that is made.</param>
    /// <param name="email">The address of the account, which is no password.</param>
    /// <param name="ct">Ends the wait.</param>
    public async Task<Result<HashedPassword>> HashAsync(string? given, string email, CancellationToken ct)
    {
        var wanted = given is null ? Handle.New() : OpaqueString.Of(given);
        if (wanted is null) return Unfit("has a character that is none.");
        // No manager: the rule looks at the account and the password alone.
        var judged = await rule.ValidateAsync(null!, new Account { Email = email }, wanted);
        if (!judged.Succeeded) return Unfit(string.Join(' ', judged.Errors.Select(error => error.Description)));
        using var turn = await work.EnterAsync(known: true, ct);
        if (!turn.IsAcquired) return OAuthError.TemporarilyUnavailable(Reasons.SignInBusy);
        return new HashedPassword(given is null ? wanted : null, hasher.HashPassword(new Account(), wanted));
    }

    private static EditRefusal Unfit(string problem) => EditRefusal.Members([new(Member, null, problem)]);
}
