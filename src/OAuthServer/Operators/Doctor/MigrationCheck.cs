using OAuthServer.Storage.Schema;

namespace OAuthServer.Operators.Doctor;

/// <summary>
/// Whether this role may run the migrations, which takes more than serving. A role that may only serve is a good one,
/// as long as there is nothing to migrate.
/// </summary>
internal sealed class MigrationCheck(MigrationRights rights, SchemaVersion schema) : IDoctorCheck
{
    /// <inheritdoc/>
    public string Name => "migrations";

    /// <inheritdoc/>
    public Requirement Requires => Requirement.SchemaUsage;

    /// <inheritdoc/>
    public async Task<CheckResult> RunAsync(CancellationToken ct)
    {
        var report = new CheckReport();
        var lacking = await rights.LackingAsync(ct);
        report.Fact("migrations", lacking.Count == 0 ? "this role may run them" : "another role has to run them");
        if (lacking.Count == 0) return report.Result();

        var missing = string.Join(", ", lacking);
        var remedies = MissingRight.Remedies(lacking);
        if ((await schema.CompareAsync(ct)).IsReady)
        {
            report.Note(
                FindingIds.MigrationOtherRole,
                $"The role {lacking[0].Role} may serve, and may not migrate: it lacks {missing}.",
                "Nothing, if the next OAuthServer migrate runs as another role, such as the owner of the tables. Else: "
                + remedies);
        }
        else
        {
            report.Error(
                FindingIds.MigrationRights,
                $"OAuthServer migrate is needed, and fails as the role {lacking[0].Role}: it lacks {missing}.",
                $"Run it as a role that has these rights, or grant them: {remedies}");
        }

        return report.Result();
    }
}
