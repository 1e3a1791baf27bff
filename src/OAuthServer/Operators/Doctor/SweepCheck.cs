using Microsoft.Extensions.Options;
using Npgsql;
using OAuthServer.Storage.Sweeping;

namespace OAuthServer.Operators.Doctor;

/// <summary>Whether rows that are over leave.</summary>
internal sealed class SweepCheck(Sweeps sweeps, IEnumerable<SweptTable> tables, IOptions<SweeperOptions> options) : IDoctorCheck
{
    // A run takes all that is there, every minute; so many are not the work of a minute.
    private const int Backlog = 50_000;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <inheritdoc/>
    public string Name => "sweeper";

    /// <inheritdoc/>
    public Ground StandsOn => Ground.Schema;

    /// <inheritdoc/>
    public async Task<Examination> ExamineAsync(CancellationToken ct)
    {
        var notes = new Notes();
        foreach (var table in tables)
        {
            var waiting = await CountAsync(table, ct);
            var many = waiting >= Backlog ? "at least " : "";
            notes.Fact($"rows over in {table.Name}", $"{many}{Words.Count(waiting, "row")}").FoundIf(waiting >= Backlog, FindingIds.SweeperBehind, Severity.Warning,
                $"{Words.Count(Backlog, "row")} or more of {table.Name} are over and still there.",
                "Look for the log events 6001 and 6002, for long transactions (pg_stat_activity), and whether an instance runs with Sweeper:Enabled.");
        }

        return notes.FoundIf(!options.Value.Enabled, FindingIds.SweeperOff, Severity.Note,
            "Sweeper:Enabled is false here: this instance removes no rows.", "Nothing, if another instance sweeps.").Done();
    }

    private async Task<int> CountAsync(SweptTable table, CancellationToken ct)
    {
        try
        {
            return await sweeps.CountAsync(table, Backlog, Patience, ct);
        }
        catch (PostgresException slow) when (slow.SqlState == PostgresErrorCodes.QueryCanceled && !ct.IsCancellationRequested)
        {
            return Backlog;
        }
    }
}
