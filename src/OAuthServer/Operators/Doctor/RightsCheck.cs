using OAuthServer.Storage;

namespace OAuthServer.Operators.Doctor;

/// <summary>Whether the database role may do what the server does.</summary>
internal sealed class RightsCheck(DatabaseFacts database) : IDoctorCheck
{
    /// <inheritdoc/>
    public string Name => "rights";

    /// <inheritdoc/>
    public Ground StandsOn => Ground.Database;

    /// <inheritdoc/>
    public async Task<Examination> ExamineAsync(CancellationToken ct)
    {
        var wanted = await database.WantedRightsAsync(ct);
        var lacking = await database.LackingAsync(wanted, ct);
        var notes = new Notes().Fact("rights", lacking.Count == 0 ? "complete" : $"{lacking.Count} of {wanted.Count} are missing");
        foreach (var table in lacking.GroupBy(right => right.Table, StringComparer.Ordinal))
        {
            var rights = string.Join(", ", table.Select(right => right.Right));
            notes.Found(FindingIds.DatabaseRights, Severity.Error, $"The database role may not {rights} on {table.Key}.", $"As the owner of the table: GRANT {rights} ON {table.Key} TO the role.");
        }

        return notes.Done();
    }
}
