using OAuthServer.Storage.Schema;

namespace OAuthServer.Operators.Doctor;

/// <summary>Whether the schema is that of this build.</summary>
internal sealed class SchemaCheck(SchemaVersion schema, IHostEnvironment environment) : IDoctorCheck
{
    private readonly string _migrate = environment.IsDevelopment()
        ? "Start the server: in Development it migrates by itself."
        : "Run: OAuthServer migrate. Running servers of the previous version keep working on the new schema.";

    /// <inheritdoc/>
    public string Name => "schema";

    /// <inheritdoc/>
    public Ground StandsOn => Ground.Database;

    /// <inheritdoc/>
    public async Task<Examination> ExamineAsync(CancellationToken ct)
    {
        var compared = await schema.CompareAsync(ct);
        var notes = new Notes().Fact("schema", compared.Latest ?? "none");
        if (compared.Latest is null)
            return notes.Found(FindingIds.SchemaMissing, Severity.Error, "The database has no schema of this server yet.", _migrate).Done(Ground.Schema);
        notes.FoundIf(!compared.IsReady, FindingIds.SchemaOld, Severity.Error, $"The database lacks {string.Join(", ", compared.Missing)}: no instance of this version becomes ready.", _migrate);
        notes.FoundIf(compared.Newer.Count > 0, FindingIds.SchemaNewer, Severity.Note,
            $"The database has run {string.Join(", ", compared.Newer)}, which this build does not know: a newer version was here.", "Nothing: this build works on it. Bring all instances to the newer version when you can.");
        return notes.Done(compared.IsReady ? null : Ground.Schema);
    }
}
