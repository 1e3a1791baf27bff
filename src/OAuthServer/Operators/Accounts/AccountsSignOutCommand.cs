using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Serialization;
using OAuthServer.Accounts;
using OAuthServer.Protocol;
using OAuthServer.Storage;

namespace OAuthServer.Operators.Accounts;

/// <summary>
/// <c>OAuthServer accounts sign-out</c>: ends every session of a person, and with <c>--all-access</c> all that apps have
/// of them. Every running instance follows at once; the apps are told by any of them.
/// </summary>
internal static class AccountsSignOutCommand
{
    public static Command Create(CommandRunner runner)
    {
        var who = new Argument<string>("account") { Description = "An e-mail address, or the id of the account." };
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
            var named = parsed.GetValue(who)!;
            if (await FindAsync(database, named, ct) is not { } account)
            {
                await parsed.PrintErrorAsync($"There is no account {TerminalText.Quoted(named)}.");
                return ExitCodes.Refused;
            }

            var ended = await EndAsync(database, account.Id, parsed.GetValue(all), ct);
            var done = new SignedOut(account.Id, parsed.GetValue(all), ended.Sessions, ended.Grants);
            await parsed.PrintAsync(parsed.GetValue(json)
                ? JsonSerializer.Serialize(done, AccountsJson.Default.SignedOut)
                : Sentence(done, account.Email ?? named));
            return ExitCodes.Done;
        }));
        return command;
    }

    private static Task<Account?> FindAsync(OAuthDatabase database, string named, CancellationToken ct)
    {
        var accounts = new Storage.Accounts(database);
        if (Guid.TryParse(named, out var id)) return accounts.FindAsync(id, ct);
        return OpaqueString.Of(named) is null
            ? Task.FromResult<Account?>(null)
            : accounts.FindNormalizedAsync(new AddressNormalizer().NormalizeEmail(named.Trim())!, ct);
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
        var name = TerminalText.Safe(email);
        if (done.AllAccess)
            return $"All access of {name} has ended: {done.Sessions} sessions and {done.RefreshTokens} refresh tokens.";
        return $"{name} is signed out of {done.Sessions} sessions. Apps with offline_access, and those that use no OpenID "
            + "Connect, keep their access (--all-access ends it).";
    }

    /// <summary>What <c>--json</c> prints.</summary>
    /// <param name="Account">The id.</param>
    /// <param name="AllAccess">Whether more than sessions ended.</param>
    /// <param name="Sessions">Sessions that were live.</param>
    /// <param name="RefreshTokens">Those that ended; 0 without <c>--all-access</c>, where they are not counted.</param>
    internal sealed record SignedOut(Guid Account, bool AllAccess, int Sessions, int RefreshTokens);
}

/// <summary>What the accounts commands print with <c>--json</c>.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(AccountsSignOutCommand.SignedOut))]
internal sealed partial class AccountsJson : JsonSerializerContext;
