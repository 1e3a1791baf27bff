using OAuthServer.Storage;

namespace OAuthServer.Operators.Doctor;

/// <summary>Whether each sequence is ahead of the rows that it numbers.</summary>
internal sealed class SequenceCheck(DatabaseFacts database) : IDoctorCheck
{
    /// <inheritdoc/>
    public string Name => "sequences";

    /// <inheritdoc/>
    public Requirement Requires => Requirement.Schema;

    /// <inheritdoc/>
    public async Task<CheckResult> RunAsync(CancellationToken ct)
    {
        var report = new CheckReport();
        foreach (var behind in await database.SequencesBehindAsync(ct))
        {
            report.Error(
                FindingIds.DatabaseSequence,
                $"The sequence of {behind.Table}.{behind.Column} is behind its rows, as after an upgrade by logical "
                + "replication: new rows are refused.",
                $"SELECT setval('{behind.Sequence}', (SELECT max({behind.Column}) FROM {behind.Table}));");
        }

        return report.Result();
    }
}
