using Microsoft.Extensions.Options;
using OAuthServer.Settings;
using OAuthServer.Storage;

namespace OAuthServer.Operators.Doctor;

/// <summary>Whether the database role may use the schema, and do on its tables what the server does.</summary>
internal sealed class RightsCheck(DatabaseFacts database, IOptions<ManagementOptions> management) : IDoctorCheck
{
    /// <inheritdoc/>
    public string Name => "rights";

    /// <inheritdoc/>
    public Requirement Requires => Requirement.Database;

    /// <inheritdoc/>
    public async Task<CheckResult> RunAsync(CancellationToken ct)
    {
        var report = new CheckReport();
        var closed = await database.ClosedSchemasAsync(ct);
        foreach (var schema in closed)
        {
            report.Error(
                FindingIds.DatabaseRights,
                $"The database role may not use the schema {schema}, so it does not see the tables in it.",
                $"As the owner of the schema: GRANT USAGE ON SCHEMA {schema} TO the role.");
        }

        if (closed.Count > 0)
        {
            report.Fact("rights", $"USAGE on the schema {string.Join(", ", closed)} is missing");
            return report.Result(Requirement.SchemaUsage);
        }

        await JudgeTablesAsync(report, ct);
        return report.Result();
    }

    private async Task JudgeTablesAsync(CheckReport report, CancellationToken ct)
    {
        var wanted = await database.WantedRightsAsync(management.Value.IsOn, ct);
        var lacking = await database.LackingAsync(wanted, ct);
        report.Fact(
            "rights",
            lacking.Count == 0 ? "complete for serving" : $"{lacking.Count} of {wanted.Count} are missing");
        foreach (var table in lacking.GroupBy(right => right.Table, StringComparer.Ordinal))
        {
            var rights = string.Join(", ", table.Select(right => right.Right));
            report.Error(
                FindingIds.DatabaseRights,
                $"The database role may not {rights} on {table.Key}.",
                $"As the owner of the table: GRANT {rights} ON {table.Key} TO the role.");
        }
    }
}
