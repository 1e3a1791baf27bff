namespace OAuthServer.Bench.Growth;

/// <summary>What a run compares and for how long.</summary>
internal sealed record GrowthOptions(
    IReadOnlyList<long> Rows, IReadOnlyList<int> Clients, TimeSpan Warmup, TimeSpan Seconds, int Repetitions)
{
    /// <summary>Callers at once.</summary>
    public const int Connections = 32;

    /// <summary>Both ways to refresh: each caller the session that is its own, or each time another.</summary>
    public static IReadOnlyList<bool> OwnSessions { get; } = [true, false];

    // The clients are compared on a database of this size.
    private const long RowsUnderClients = 1_000_000;

    /// <summary>Both series, each held against its first.</summary>
    public IReadOnlyList<IReadOnlyList<Stage>> Series =>
        [
            [.. Rows.Select(rows => new Stage(rows, 1))],
            [.. Clients.Select(clients => new Stage(Math.Min(RowsUnderClients, Rows[^1]), clients))],
        ];

    /// <inheritdoc />
    public override string ToString() =>
        $"{Connections} callers; either each refreshes a session of its own again and again, or each refresh is of "
        + $"another session. Each server was under load for {Warmup.TotalSeconds:0} s before anything counted; "
        + $"{Repetitions} repetitions of {Seconds.TotalSeconds:0} s, both ways and the stages in turn; median "
        + "(min–max). Server, PostgreSQL (default settings) and load generator share the machine.";
}
