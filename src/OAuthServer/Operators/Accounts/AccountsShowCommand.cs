using System.CommandLine;
using System.Text.Json;
using OAuthServer.Accounts.Editing;
using OAuthServer.Storage;

namespace OAuthServer.Operators.Accounts;

/// <summary><c>OAuthServer accounts show</c>: one account. What apps learn of it is shown by <c>profile</c>.</summary>
internal static class AccountsShowCommand
{
    public static Command Create(CommandRunner runner)
    {
        var who = NamedAccount.Argument();
        var json = CommandOutput.Json();
        var command = new Command("show", "Show one account. 0: done; 1: there is no such account.") { who, json };
        command.SetAction((parsed, ct) => runner.RunAsync(parsed, async database =>
        {
            if (await NamedAccount.FindAsync(parsed, who, database, ct) is not { } account) return ExitCodes.Refused;
            var shown = new Shown(
                AccountView.Of(account, runner.Settings.Clock.GetUtcNow()),
                account.AccessFailedCount,
                (await new Sessions(database).ListAsync(account.Id, ct)).Count,
                await new AccountListing(database).AppsAsync(account.Id, ct),
                account.Pseudonym);
            await parsed.PrintAsync(parsed.GetValue(json)
                ? JsonSerializer.Serialize(shown, AccountsJson.Default.Shown)
                : Table(shown));
            return ExitCodes.Done;
        }));
        return command;
    }

    private static string Table(Shown shown) => TerminalText.Table(
    [
        ["account", shown.Account.Id.ToString()],
        ["address", TerminalText.Safe(shown.Account.Email)],
        ["pseudonym", shown.Pseudonym.ToString()],
        ["confirmed", shown.Account.EmailVerified ? "yes" : "no"],
        ["state", State(shown.Account)],
        ["password", shown.Account.Password ?? "none"],
        ["wrong passwords", $"{shown.WrongPasswords}"],
        ["created", TerminalText.Time(shown.Account.CreatedAt)],
        ["sessions", $"{shown.Sessions}"],
        ["connected apps", $"{shown.ConnectedApps}"],
    ]);

    private static string State(AccountView account) => account switch
    {
        { DisabledAt: { } since } => $"disabled since {TerminalText.Time(since)}",
        { LockedUntil: { } until } => $"locked until {TerminalText.Time(until)}",
        _ => account.State,
    };

    /// <summary>What <c>--json</c> prints.</summary>
    /// <param name="Pseudonym">What the audit log calls the person.</param>
    internal sealed record Shown(
        AccountView Account, int WrongPasswords, int Sessions, int ConnectedApps, Guid Pseudonym);
}
