using System.CommandLine;
using OAuthServer.Accounts;
using OAuthServer.Storage;

namespace OAuthServer.Operators.Accounts;

/// <summary>The account that a command is about.</summary>
internal static class NamedAccount
{
    public static Argument<string> Argument() =>
        new("account") { Description = "An e-mail address, or the id of the account." };

    /// <summary>The account, or null after an error was printed that says there is none.</summary>
    public static async Task<Account?> FindAsync(
        ParseResult parsed, Argument<string> who, OAuthDatabase database, CancellationToken ct)
    {
        var named = parsed.GetValue(who)!;
        var account = await FindAsync(new Storage.Accounts(database), named, ct);
        if (account is null) await parsed.PrintErrorAsync($"There is no account {TerminalText.Quoted(named)}.");
        return account;
    }

    // As it is typed at sign-in.
    private static async Task<Account?> FindAsync(Storage.Accounts accounts, string named, CancellationToken ct)
    {
        if (Guid.TryParse(named, out var id)) return await accounts.FindAsync(id, ct);
        return OpaqueString.Of(named) is null
            ? null
            : await accounts.FindNormalizedAsync(new AddressNormalizer().NormalizeEmail(named.Trim())!, ct);
    }
}
