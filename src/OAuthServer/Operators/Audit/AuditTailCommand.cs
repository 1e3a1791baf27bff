using System.CommandLine;
using OAuthServer.Storage;

namespace OAuthServer.Operators.Audit;

/// <summary><c>OAuthServer audit tail</c>: the newest events, and with <c>--follow</c> those to come.</summary>
internal static class AuditTailCommand
{
    private static readonly TimeSpan FollowEvery = TimeSpan.FromSeconds(1);

    public static Command Create(CommandRunner runner)
    {
        var lines = AuditFilterOptions.Count("--lines", "How many events to begin with.", 20);
        var follow = new Option<bool>("--follow", "-f")
        {
            Description = "Go on and print new events as they happen, until Ctrl+C.",
        };
        var json = CommandOutput.Json("Print one JSON object per line.");
        var filter = new AuditFilterOptions(runner.Settings.Clock);
        var command = new Command("tail", "Print the newest events, oldest of them first.") { lines, follow, json };
        lines.Aliases.Add("-n");
        filter.AddTo(command);
        command.SetAction((parsed, ct) => runner.RunAsync(parsed, async database =>
        {
            var follower = new AuditFollower(new AuditEvents(database), filter.Read(parsed));
            var begin = await follower.BeginAsync(parsed.GetValue(lines), ct);
            await AuditOutput.PrintAsync(parsed, begin, parsed.GetValue(json));
            if (parsed.GetValue(follow))
                await FollowAsync(parsed, follower, parsed.GetValue(json), runner.Settings.Clock, ct);
            return ExitCodes.Done;
        }));
        return command;
    }

    private static async Task FollowAsync(
        ParseResult parsed, AuditFollower follower, bool json, TimeProvider clock, CancellationToken ct)
    {
        try
        {
            while (true)
            {
                await Task.Delay(FollowEvery, clock, ct);
                await AuditOutput.PrintAsync(parsed, await follower.NextAsync(ct), json);
            }
        }
        catch (OperationCanceledException)
        {
            // Ctrl+C is how following ends.
        }
    }
}
