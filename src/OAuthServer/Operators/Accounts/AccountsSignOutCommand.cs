using System.CommandLine;
using System.Text.Json;
using OAuthServer.Protocol;
using OAuthServer.Storage;

namespace OAuthServer.Operators.Accounts;

/// <summary>
/// <c>OAuthServer accounts sign-out</c>: ends every session of a person, and with <c>--all-access</c> all that apps
/// have of them. Every running instance follows at once; the apps are told by any of them.
/// </summary>
internal static class AccountsSignOutCommand
{
    public static Command Create(CommandRunner runner)
    {
        var who = NamedAccount.Argument();
        var all = new Option<bool>("--all-access")
        {
            Description = "End every refresh token and code too, those of offline_access and of plain OAuth included.",
        };
        var json = CommandOutput.Json();
        var command = new Command(
            "sign-out",
            "End every session of a person, on every instance. Password and consents stay. 0: done; 1: there is no "
            + "such account.") { who, all, json };
        command.SetAction((parsed, ct) => runner.RunAsync(parsed, async database =>
        {
            if (await NamedAccount.FindAsync(parsed, who, database, ct) is not { } account) return ExitCodes.Refused;
            var ended = await EndAsync(database, account.Id, parsed.GetValue(all), ct);
            var done = new SignedOut(account.Id, parsed.GetValue(all), ended.Sessions, ended.Grants);
            await parsed.PrintAsync(parsed.GetValue(json)
                ? JsonSerializer.Serialize(done, AccountsJson.Default.SignedOut)
                : Sentence(done, account.Known));
            return ExitCodes.Done;
        }));
        return command;
    }

    private static async Task<EndedAccess> EndAsync(
        OAuthDatabase database, Guid userId, bool allAccess, CancellationToken ct)
    {
        if (allAccess)
        {
            return await new Grants(database, AccessTokenWindow.Usual)
                .EndAllAccessAsync(userId, EndedBy.Command, AuditContext.Command, ct);
        }

        var end = new SessionEnd { UserId = userId, By = EndedBy.Command, Audit = AuditContext.Command };
        return new EndedAccess(await new Sessions(database).EndAsync(end, ct), 0);
    }

    private static string Sentence(SignedOut done, string email)
    {
        var (name, sessions) = (TerminalText.Safe(email), Quantity.Of(done.Sessions, "session"));
        if (done.AllAccess)
        {
            var tokens = Quantity.Of(done.RefreshTokens, "refresh token");
            return $"All access of {name} has ended: {sessions} and {tokens}.";
        }

        return $"{name} is signed out of {sessions}. Apps with offline_access, and those that use no "
            + "OpenID Connect, keep their access (--all-access ends it).";
    }

    /// <summary>What <c>--json</c> prints.</summary>
    /// <param name="Account">The id.</param>
    /// <param name="AllAccess">Whether more than sessions ended.</param>
    /// <param name="Sessions">Sessions that were live.</param>
    /// <param name="RefreshTokens">Those that ended; 0 without <c>--all-access</c>, where they are not counted.</param>
    internal sealed record SignedOut(Guid Account, bool AllAccess, int Sessions, int RefreshTokens);
}
