using System.CommandLine;
using System.Text.Json;
using OAuthServer.Protocol;
using OAuthServer.Storage;

namespace OAuthServer.Operators.Accounts;

/// <summary><c>OAuthServer accounts disable | enable | unlock</c>: every running instance follows at once.</summary>
internal static class AccountsSwitchCommand
{
    public static Command Disable(CommandRunner runner) => Create(
        runner,
        "disable",
        "Let a person sign in no more, and end all sessions and all that apps have. Nothing of the account is deleted. "
        + "0: done; 1: there is no such account.",
        async (database, id, ct) =>
        {
            var changed = await new AccountEditing(database).SwitchAsync(id, disable: true, AccountEdit.Command, ct);
            await new Grants(database, AccessTokenWindow.Usual)
                .EndAllAccessAsync(id, EndedBy.Command, AuditContext.Command, ct);
            return changed;
        },
        new("is disabled: every session and all access of apps have ended.", "was disabled already."));

    public static Command Enable(CommandRunner runner) => Create(
        runner,
        "enable",
        "Let a disabled person sign in again, with the password of before. What had ended stays ended. 0: done; 1: "
        + "there is no such account.",
        (database, id, ct) => new AccountEditing(database).SwitchAsync(id, disable: false, AccountEdit.Command, ct),
        new("is enabled.", "was enabled already."));

    public static Command Unlock(CommandRunner runner) => Create(
        runner,
        "unlock",
        "Forget the wrong passwords that were typed at an account, and the lock that they caused. Budgets of addresses "
        + "that guessed stay used up. 0: done; 1: there is no such account.",
        (database, id, ct) => new AccountEditing(database).UnlockAsync(id, AccountEdit.Command, ct),
        new("is not locked any more.", "was not locked."));

    private static Command Create(
        CommandRunner runner,
        string name,
        string description,
        Func<OAuthDatabase, Guid, CancellationToken, Task<AccountEdited>> change,
        Outcomes outcomes)
    {
        var who = NamedAccount.Argument();
        var json = CommandOutput.Json();
        var command = new Command(name, description) { who, json };
        command.SetAction((parsed, ct) => runner.RunAsync(parsed, async database =>
        {
            if (await NamedAccount.FindAsync(parsed, who, database, ct) is not { } account) return ExitCodes.Refused;
            var changed = await change(database, account.Id, ct) == AccountEdited.Done;
            await parsed.PrintAsync(parsed.GetValue(json)
                ? JsonSerializer.Serialize(new Switched(account.Id, changed), AccountsJson.Default.Switched)
                : $"{TerminalText.Safe(account.Known)} {(changed ? outcomes.Done : outcomes.WasSo)}");
            return ExitCodes.Done;
        }));
        return command;
    }

    /// <summary>What <c>--json</c> prints.</summary>
    /// <param name="Account">The id.</param>
    /// <param name="Changed">False when it was so already.</param>
    internal sealed record Switched(Guid Account, bool Changed);

    private sealed record Outcomes(string Done, string WasSo);
}
