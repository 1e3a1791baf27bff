namespace OAuthServer.Bench.Scale;

/// <summary>What one operation costs, measured by <c>capacity</c> and <c>growth</c>.</summary>
/// <param name="ServerRefresh">Milliseconds of a core of the server for a refresh.</param>
/// <param name="DatabaseRefresh">The same of PostgreSQL.</param>
/// <param name="LogRefresh">Bytes that PostgreSQL writes to its log for a refresh.</param>
internal sealed record OperationCosts(double ServerRefresh, double DatabaseRefresh, double LogRefresh);

/// <summary>What so many live sessions need, from the simulation and what was measured.</summary>
internal sealed record Estimate
{
    private const double SecondsADay = 86_400;
    private const double Gigabyte = 1e9;

    // A code exchange costs as much as so many refreshes (bench/README.md, today's table: sums at 32 connections).
    private const double RefreshesInACode = 1.6;

    public required double Sessions { get; init; }

    public required double RefreshesASecond { get; init; }

    public required double RefreshesAtPeak { get; init; }

    public required double CodesASecond { get; init; }

    /// <summary>
    /// Rows of sessions that leave a second: the sweepers of all instances have to take away as many.
    /// </summary>
    public required double LeavingASecond { get; init; }

    /// <summary>Cores at the busiest hour, of all instances and of PostgreSQL.</summary>
    public required (double Server, double Database) Cores { get; init; }

    /// <summary>
    /// Gigabytes: the table of sessions with its indexes, that of codes, and of audit rows for one day.
    /// </summary>
    public required (double Sessions, double Codes, double AuditADay) Disk { get; init; }

    /// <summary>Gigabytes of PostgreSQL's log for a day.</summary>
    public required double LogADay { get; init; }

    public static Estimate Of(
        double sessions, SessionLife life, SimulatedDay day, MeasuredSizes sizes, OperationCosts costs)
    {
        var refreshes = sessions * day.Refreshes / SecondsADay;
        var codes = sessions * day.Begun / SecondsADay;
        var work = (refreshes + RefreshesInACode * codes) * life.Peak / 1000;
        return new Estimate
        {
            Sessions = sessions,
            RefreshesASecond = refreshes,
            RefreshesAtPeak = refreshes * life.Peak,
            CodesASecond = codes,
            LeavingASecond = sessions * day.Leaving / SecondsADay,
            Cores = (work * costs.ServerRefresh, work * costs.DatabaseRefresh),
            Disk = (
                sessions * day.Rows * sizes.Session.Total / Gigabyte,
                sessions * day.Begun * life.LongestDays * sizes.Code.Total / Gigabyte,
                sessions * (day.Refreshes + 3 * day.Begun) * sizes.AuditEvent.Total / Gigabyte),
            LogADay = (refreshes + RefreshesInACode * codes) * SecondsADay * costs.LogRefresh / Gigabyte,
        };
    }
}
