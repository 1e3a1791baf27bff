using System.CommandLine;
using System.Text.Json;
using OAuthServer.Protocol;
using OAuthServer.Storage;

namespace OAuthServer.Operators.Accounts;

/// <summary>
/// <c>OAuthServer accounts reset-password</c>: mails a link, or sets a password at once, which ends all sessions and
/// all that apps have.
/// </summary>
internal static class AccountsResetCommand
{
    /// <param name="runner">Runs it.</param>
    /// <param name="input">Where a password is read from; null is standard input.</param>
    public static Command Create(CommandRunner runner, TextReader? input = null)
    {
        var password = new GivenPassword(runner.Settings, input);
        var who = NamedAccount.Argument();
        var json = CommandOutput.Json();
        var command = new Command(
            "reset-password",
            "Mail a person a link to choose a new password; the current one is good until then. With a password, or "
            + "with --generate, that one counts at once, and every session and all that apps have ends. 0: done; 1: "
            + "there is no such account, it is disabled, or the password is refused.")
        {
            who, password.Stdin, password.File, password.Generate, json,
        };
        command.Validators.Add(given => password.CheckOne(given, isRequired: false));
        command.SetAction((parsed, ct) => runner.RunAsync(parsed, async database =>
        {
            if (await NamedAccount.FindAsync(parsed, who, database, ct) is not { } account) return ExitCodes.Refused;
            var address = TerminalText.Safe(account.Known);
            if (account.DisabledAt is not null)
            {
                await parsed.PrintErrorAsync($"{address} is disabled: enable the account first.");
                return ExitCodes.Refused;
            }

            if (password.Sources(parsed) == 0)
            {
                var kind = account.PasswordHash is null ? MailKind.Invitation : MailKind.PasswordReset;
                await new AccountEditing(database).InviteAsync(account.Id, kind, AccountEdit.Command, ct);
                await PrintAsync(parsed, json, address, new Reset(account.Id, null, true));
                return ExitCodes.Done;
            }

            if (await password.ReadAsync(parsed, account.Known, ct) is not { } made) return ExitCodes.Refused;
            await SetAsync(database, account.Id, made.Hash, ct);
            await PrintAsync(parsed, json, address, new Reset(account.Id, made.Shown, false));
            return ExitCodes.Done;
        }));
        return command;
    }

    private static async Task SetAsync(OAuthDatabase database, Guid id, string hash, CancellationToken ct)
    {
        await new AccountEditing(database).SetPasswordAsync(id, hash, AccountEdit.Command, ct);
        await new Grants(database, AccessTokenWindow.Usual)
            .EndAllAccessAsync(id, EndedBy.Command, AuditContext.Command, ct);
    }

    private static Task PrintAsync(ParseResult parsed, Option<bool> json, string address, Reset reset)
    {
        if (parsed.GetValue(json))
            return parsed.PrintAsync(JsonSerializer.Serialize(reset, AccountsJson.Default.Reset));
        if (reset.LinkMailed) return parsed.PrintAsync($"A link to choose a password is on its way to {address}.");
        var sentence = $"{address} has another password: every session and all access of apps have ended.";
        return parsed.PrintAsync(reset.Password is { } made
            ? $"{sentence}{Environment.NewLine}password (it is not shown again): {made}"
            : sentence);
    }

    /// <summary>What <c>--json</c> prints.</summary>
    /// <param name="Account">The id.</param>
    /// <param name="Password">The one that was made; null for one that was given, or a link.</param>
    /// <param name="LinkMailed">Whether a link is on its way.</param>
    internal sealed record Reset(Guid Account, string? Password, bool LinkMailed)
    {
        /// <summary>Kept out of logs.</summary>
        public override string ToString() => Account.ToString();
    }
}
