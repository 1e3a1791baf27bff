using System.CommandLine;
using OAuthServer.Storage;

namespace OAuthServer.Operators.Audit;

/// <summary><c>OAuthServer audit search</c>: the events that match.</summary>
internal static class AuditSearchCommand
{
    public static Command Create(CommandRunner runner)
    {
        var limit = AuditFilterOptions.Count("--limit", "Print at most this many, the newest.", 1000);
        var json = CommandOutput.Json("Print one JSON object per line.");
        var filter = new AuditFilterOptions(runner.Settings.Clock);
        var command = new Command("search", "Print the events that match every given option, oldest first.")
        {
            limit, json,
        };
        filter.AddTo(command);
        command.SetAction((parsed, ct) => runner.RunAsync(parsed, async database =>
        {
            var most = parsed.GetValue(limit);
            var found = await new AuditEvents(database).FindAsync(filter.Read(parsed), most, ct);
            await AuditOutput.PrintAsync(parsed, found, parsed.GetValue(json));
            if (found.Count == 0) await parsed.PrintErrorAsync("No event matches.");
            if (found.Count == most)
                await parsed.PrintErrorAsync($"There may be more: only the newest {most} are shown (--limit).");
            return ExitCodes.Done;
        }));
        return command;
    }
}
