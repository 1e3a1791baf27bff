using OAuthServer.Storage.Schema;

namespace OAuthServer.Operators.Doctor;

/// <summary>Whether the schema is that of this version.</summary>
internal sealed class SchemaCheck(SchemaVersion schema, IHostEnvironment environment) : IDoctorCheck
{
    private readonly string _migrate = environment.IsDevelopment()
        ? "Start the server: in Development it migrates by itself."
        : "Run: OAuthServer migrate. Running servers of the previous version keep working on the new schema.";

    /// <inheritdoc/>
    public string Name => "schema";

    /// <inheritdoc/>
    public Requirement Requires => Requirement.SchemaUsage;

    /// <inheritdoc/>
    public async Task<CheckResult> RunAsync(CancellationToken ct)
    {
        var compared = await schema.CompareAsync(ct);
        var report = new CheckReport();
        report.Fact("schema", compared.Latest ?? "none");
        if (compared.Latest is null)
        {
            report.Error(FindingIds.SchemaMissing, "The database has no schema of this server yet.", _migrate);
        }
        else if (!compared.IsReady)
        {
            report.Error(
                FindingIds.SchemaOld,
                $"The database lacks {string.Join(", ", compared.Missing)}: no instance of this version gets ready.",
                _migrate);
        }

        if (compared.Newer.Count > 0)
        {
            report.Note(
                FindingIds.SchemaNewer,
                $"The database has run {string.Join(", ", compared.Newer)}, which this version does not know: a newer "
                + "one was here.",
                "Nothing: this version works on it. Bring all instances to the newer version when you can.");
        }

        return report.Result(compared.IsReady ? null : Requirement.Schema);
    }
}
