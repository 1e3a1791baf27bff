using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Serialization;
using OAuthServer.Storage;
using OAuthServer.Storage.Schema;

namespace OAuthServer.Operators;

/// <summary>
/// <c>OAuthServer migrate [--plan] [--json]</c>: brings the schema up to this version and says what it ran, or shows
/// what it would run.
/// </summary>
internal static class MigrateCommand
{
    public static Command Create(CommandRunner runner)
    {
        var plan = new Option<bool>("--plan") { Description = "Show the SQL that would run, and run nothing." };
        var json = CommandOutput.Json("Print one JSON object instead of sentences.");
        var command = new Command(
            "migrate",
            "Bring the database schema up to this version. 0: it is; 1: a script failed; 2: a setting is wrong; "
            + "3: the database cannot be used.") { plan, json };
        command.SetAction((parsed, ct) => runner.RunAsync(parsed, async database =>
        {
            var report = await MigrateAsync(parsed, database, parsed.GetValue(plan), ct);
            await PrintAsync(parsed, report, parsed.GetValue(json));
            return report.Ok ? ExitCodes.Done : ExitCodes.Refused;
        }));
        return command;
    }

    private static async Task<Report> MigrateAsync(
        ParseResult parsed, OAuthDatabase database, bool plan, CancellationToken ct)
    {
        var notices = new NoticeLog(parsed.InvocationConfiguration.Error);
        var migrator = new Migrator(database, notices, MigrationScript.Embedded());
        if (plan) return new Report(true, [], null, null, false, await migrator.PlanAsync(ct));
        var result = await migrator.RunAsync(ct);
        return new Report(result.Ok, result.Applied, result.FailedScript, result.Cause, result.Waited, null);
    }

    private static Task PrintAsync(ParseResult parsed, Report report, bool json)
    {
        if (json) return parsed.PrintAsync(JsonSerializer.Serialize(report, MigrateJson.Default.Report));
        if (report.Pending is { } pending) return parsed.PrintAsync(Sql(pending));
        return report.Ok ? parsed.PrintAsync(Sentences(report)) : parsed.PrintErrorAsync(Sentences(report));
    }

    private static string Sentences(Report report)
    {
        if (report is { Ok: true, Waited: true, Applied.Count: 0 })
            return "Another migration ran meanwhile. The schema is already up to date.";
        var ran = string.Concat(report.Applied.Select(name => $"Ran {name}.{Environment.NewLine}"));
        if (report.FailedScript == AppliedScript.Table)
            return $"{AppliedScript.Table} cannot be read, so nothing was run. {report.Error}";
        if (!report.Ok) return $"{ran}{report.FailedScript} failed and left nothing behind. {report.Error}";
        return ran + (report.Applied.Count == 0 ? "The schema is already up to date." : "The schema is up to date.");
    }

    // As comments and statements, so that it can be read, or be run by another tool.
    private static string Sql(IReadOnlyList<PlannedScript> pending)
    {
        if (pending.Count == 0) return "-- The schema is already up to date.";
        var scripts = pending.Select(script => $"-- {script.Script}{Environment.NewLine}{script.Sql}");
        return string.Join(Environment.NewLine + Environment.NewLine, scripts);
    }

    /// <summary>What <c>--json</c> prints.</summary>
    /// <param name="Waited">Another migration had its turn first.</param>
    /// <param name="Pending">With <c>--plan</c>: the scripts that would run.</param>
    internal sealed record Report(
        bool Ok, IReadOnlyList<string> Applied, string? FailedScript, string? Error, bool Waited,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<PlannedScript>? Pending);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(MigrateCommand.Report))]
internal sealed partial class MigrateJson : JsonSerializerContext;
