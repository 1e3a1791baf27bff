using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Serialization;
using Npgsql;
using OAuthServer.Storage.Migrations;

namespace OAuthServer.Commands;

/// <summary>
/// <c>OAuthServer migrate [--json]</c>: brings the schema up to this build and says what it ran.
/// Exit code 0 when the schema is up to date afterwards, 1 when a script failed or the database cannot be used.
/// </summary>
internal static class MigrateCommand
{
    /// <param name="connectionString">Read when the command runs; null or empty when none is configured.</param>
    /// <param name="loggers">Takes what DbUp has to say.</param>
    public static Command Create(Func<string?> connectionString, ILoggerFactory loggers)
    {
        var json = new Option<bool>("--json") { Description = "Print one JSON object instead of sentences." };
        var command = new Command("migrate", "Bring the database schema up to this version.") { json };
        command.SetAction(async (parsed, ct) =>
        {
            var report = await RunAsync(connectionString(), loggers, ct);
            var output = parsed.InvocationConfiguration;
            if (parsed.GetValue(json)) await output.Output.WriteLineAsync(JsonSerializer.Serialize(report, ReportJson.Default.Report));
            else await (report.Ok ? output.Output : output.Error).WriteLineAsync(Sentences(report));
            return report.Ok ? 0 : 1;
        });
        return command;
    }

    private static async Task<Report> RunAsync(string? connectionString, ILoggerFactory loggers, CancellationToken ct)
    {
        if (string.IsNullOrWhiteSpace(connectionString))
            return new Report(false, [], null, "No database is configured: set ConnectionStrings__OAuthServer.");
        try
        {
            await using var database = NpgsqlDataSource.Create(connectionString);
            var result = await new Migrator(database, loggers.CreateLogger<Migrator>()).RunAsync(ct);
            return new Report(result.Ok, result.Applied, result.FailedScript, result.Cause);
        }
        catch (Exception failure) when (failure is NpgsqlException or ArgumentException or FormatException or TimeoutException)
        {
            // Npgsql's messages name host, database and user, never the password; a malformed string is not quoted back.
            var cause = failure is NpgsqlException ? failure.Message : "The connection string ConnectionStrings__OAuthServer cannot be read.";
            return new Report(false, [], null, cause);
        }
    }

    private static string Sentences(Report report)
    {
        var ran = string.Concat(report.Applied.Select(name => $"Ran {name}.{Environment.NewLine}"));
        if (report.Ok) return ran + (report.Applied.Count == 0 ? "The schema is already up to date." : "The schema is up to date.");
        return ran + (report.FailedScript is null
            ? $"The schema was not changed. {report.Error}"
            : $"{report.FailedScript} failed and left nothing behind. {report.Error}");
    }

    /// <summary>What <c>--json</c> prints.</summary>
    internal sealed record Report(bool Ok, IReadOnlyList<string> Applied, string? FailedScript, string? Error);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(MigrateCommand.Report))]
internal sealed partial class ReportJson : JsonSerializerContext;
