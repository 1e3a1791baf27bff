using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using OAuthServer.Audit;
using OAuthServer.Storage;

namespace OAuthServer.Operators.Restore;

/// <summary>
/// <c>OAuthServer restore end-sessions</c> and <c>restore accept</c>: what is to be done after the database was
/// restored, before the first instance starts (docs/operations/backup-and-restore.md).
/// </summary>
internal static class RestoreCommand
{
    private const string NotRestored =
        "Nothing says that the database was restored: Audit:MarkFile names no seal that is gone. --force does it "
            + "anyway.";

    public static Command Create(CommandRunner runner) =>
        new("restore", "What is to be done after the database was restored from a backup.")
        {
            EndSessions(runner), Accept(runner),
        };

    private static Command EndSessions(CommandRunner runner)
    {
        var force = new Option<bool>("--force") { Description = "Also when nothing says that it was restored." };
        var json = CommandOutput.Json();
        var command = new Command(
            "end-sessions",
            "End every session, code, refresh token, pushed request and link in a mail: what was used or revoked in "
            + "the time that was lost would live again. People sign in anew; consents stay. 0: done; 1: nothing says "
            + "that the database was restored.") { force, json };
        command.SetAction((parsed, ct) => RunAsync(runner, parsed, parsed.GetValue(force), async database =>
        {
            var ended = await new RestoredRows(database, AccessTokenWindow.Usual).EndAllAsync(ct);
            await parsed.PrintAsync(parsed.GetValue(json)
                ? JsonSerializer.Serialize(ended, RestoreJson.Default.EndedByRestore)
                : $"Ended: {Quantity.Of(ended.Grants, "grant")} of apps, {Quantity.Of(ended.Sessions, "session")}, "
                    + $"{Quantity.Of(ended.PushedRequests, "pushed request")}, {Quantity.Of(ended.Links, "link")} in "
                    + "mails. Instances can start.");
        }, ct));
        return command;
    }

    private static Command Accept(CommandRunner runner)
    {
        var force = new Option<bool>("--force") { Description = "Also when nothing says that it was restored." };
        var command = new Command(
            "accept",
            "End nothing, and take the database as it is: a standby took over, say, and you know that nothing of "
            + "weight was lost. 0: done; 1: nothing says that the database was restored.") { force };
        command.SetAction((parsed, ct) => RunAsync(runner, parsed, parsed.GetValue(force), async database =>
        {
            await new RestoredRows(database, AccessTokenWindow.Usual).AcceptAsync(ct);
            await parsed.PrintAsync("The database is taken as it is. Instances can start.");
        }, ct));
        return command;
    }

    // The mark moves last: a command that was cut short is to be run again.
    private static Task<int> RunAsync(
        CommandRunner runner, ParseResult parsed, bool force, Func<OAuthDatabase, Task> work, CancellationToken ct) =>
        runner.RunAsync(parsed, async database =>
        {
            var mark = new SealMark(
                new AuditSeals(database), Options.Create(runner.Settings.Audit), NullLogger<SealMark>.Instance);
            if (!force && await mark.FindLostAsync(ct) is null)
            {
                await parsed.PrintErrorAsync(NotRestored);
                return ExitCodes.Refused;
            }

            await work(database);
            await mark.ResetAsync(ct);
            return ExitCodes.Done;
        });
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(EndedByRestore))]
internal sealed partial class RestoreJson : JsonSerializerContext;
