using Microsoft.Extensions.Options;
using Npgsql;
using OAuthServer.Storage.Sweeping;

namespace OAuthServer.Operators.Doctor;

/// <summary>Whether rows that are over are removed.</summary>
internal sealed class SweepCheck(Sweeps sweeps, IEnumerable<SweptTable> tables, IOptions<SweeperOptions> options)
    : IDoctorCheck
{
    // A run takes all that is there, every minute; so many are not the work of a minute.
    private const int Backlog = 50_000;
    private static readonly TimeSpan CountTimeout = TimeSpan.FromSeconds(10);

    /// <inheritdoc/>
    public string Name => "sweeper";

    /// <inheritdoc/>
    public Requirement Requires => Requirement.Schema;

    /// <inheritdoc/>
    public async Task<CheckResult> RunAsync(CancellationToken ct)
    {
        var report = new CheckReport();
        foreach (var table in tables) Judge(report, table.Name, await CountAsync(table, ct));
        if (!options.Value.Enabled)
        {
            report.Note(
                FindingIds.SweeperOff,
                "Sweeper:Enabled is false here: this instance removes no rows.",
                "Nothing, if another instance sweeps.");
        }

        return report.Result();
    }

    private static void Judge(CheckReport report, string table, int waiting)
    {
        var many = waiting >= Backlog ? "at least " : "";
        report.Fact($"rows over in {table}", many + Quantity.Of(waiting, "row"));
        if (waiting < Backlog) return;
        report.Warning(
            FindingIds.SweeperBehind,
            $"{Quantity.Of(Backlog, "row")} or more of {table} are over and still there.",
            $"Look for the log events {Sweeper.FailedEvent} and {Sweeper.SlowEvent}, for long transactions "
            + "(pg_stat_activity), and whether an instance runs with Sweeper:Enabled.");
    }

    private async Task<int> CountAsync(SweptTable table, CancellationToken ct)
    {
        try
        {
            return await sweeps.CountAsync(table, Backlog, CountTimeout, ct);
        }
        catch (PostgresException slow) when (
            slow.SqlState == PostgresErrorCodes.QueryCanceled && !ct.IsCancellationRequested)
        {
            return Backlog;
        }
    }
}
