using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Serialization;
using Npgsql;
using OAuthServer.Storage;
using OAuthServer.Storage.Schema;

namespace OAuthServer.Operators;

/// <summary>
/// <c>OAuthServer migrate [--plan] [--json]</c>: brings the schema up to this build and says what it ran, or shows what it
/// would run. Exit code 0 when the schema is up to date afterwards (with <c>--plan</c>: when the plan was made), 1 when a
/// script failed or the database cannot be used.
/// </summary>
internal static class MigrateCommand
{
    /// <param name="connectionString">Read when the command runs; null or empty when none is configured.</param>
    public static Command Create(Func<string?> connectionString)
    {
        var plan = new Option<bool>("--plan") { Description = "Show the SQL that would run, and run nothing." };
        var json = new Option<bool>("--json") { Description = "Print one JSON object instead of sentences." };
        var command = new Command("migrate", "Bring the database schema up to this version.") { plan, json };
        command.SetAction(async (parsed, ct) =>
        {
            var output = parsed.InvocationConfiguration;
            var report = await ReportAsync(connectionString(), output.Error, parsed.GetValue(plan), ct);
            if (parsed.GetValue(json)) await output.Output.WriteLineAsync(JsonSerializer.Serialize(report, ReportJson.Default.Report));
            else await (report.Ok ? output.Output : output.Error).WriteLineAsync(report.Pending is null ? Sentences(report) : Sql(report));
            return report.Ok ? 0 : 1;
        });
        return command;
    }

    private static async Task<Report> ReportAsync(string? connectionString, TextWriter notices, bool plan, CancellationToken ct)
    {
        if (string.IsNullOrWhiteSpace(connectionString))
            return Report.Of("No database is configured: set ConnectionStrings__OAuthServer.");
        try
        {
            await using var database = OAuthDatabase.Open(connectionString);
            var migrator = new Migrator(database, new NoticeLog(notices), MigrationScript.Embedded());
            if (plan) return new Report(true, [], null, null, false, await migrator.PlanAsync(ct));
            var result = await migrator.RunAsync(ct);
            return new Report(result.Ok, result.Applied, result.FailedScript, result.Cause, result.Waited, null);
        }
        catch (Exception failure) when (failure is NpgsqlException or ArgumentException or FormatException or TimeoutException)
        {
            // Npgsql's messages name host, database and user, never the password; a malformed string is not quoted back.
            return Report.Of(failure is NpgsqlException ? failure.Message : "The connection string ConnectionStrings__OAuthServer cannot be read.");
        }
    }

    private static string Sentences(Report report)
    {
        var ran = string.Concat(report.Applied.Select(name => $"Ran {name}.{Environment.NewLine}"));
        if (report is { Ok: true, Waited: true, Applied.Count: 0 }) return "Another migration ran meanwhile. The schema is already up to date.";
        if (report.Ok) return ran + (report.Applied.Count == 0 ? "The schema is already up to date." : "The schema is up to date.");
        return ran + (report.FailedScript is null
            ? $"It could not go on. {report.Error}"
            : $"{report.FailedScript} failed and left nothing behind. {report.Error}");
    }

    // As comments and statements, so that it can be read, or be run by another tool.
    private static string Sql(Report report) => report.Pending is { Count: > 0 } pending
        ? string.Join(Environment.NewLine + Environment.NewLine, pending.Select(script => $"-- {script.Script}{Environment.NewLine}{script.Sql}"))
        : "-- The schema is already up to date.";

    /// <summary>What <c>--json</c> prints.</summary>
    /// <param name="Waited">Another migration had its turn first.</param>
    /// <param name="Pending">With <c>--plan</c>: the scripts that would run.</param>
    internal sealed record Report(
        bool Ok, IReadOnlyList<string> Applied, string? FailedScript, string? Error, bool Waited,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<PlannedScript>? Pending)
    {
        public static Report Of(string error) => new(false, [], null, error, false, null);
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(MigrateCommand.Report))]
internal sealed partial class ReportJson : JsonSerializerContext;
