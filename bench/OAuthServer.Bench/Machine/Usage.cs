using OAuthServer.Bench.Servers;

namespace OAuthServer.Bench.Machine;

/// <summary>What was used up to a moment, and by subtraction between two.</summary>
/// <param name="Server">Processor time of the server's processes.</param>
/// <param name="Postgres">Of PostgreSQL's; null when it runs elsewhere.</param>
/// <param name="Client">Of this program, the load generator.</param>
/// <param name="Statements">SQL statements in the server's database; null when nobody counts them.</param>
internal sealed record Usage(
    TimeSpan Server, TimeSpan? Postgres, TimeSpan Client, MachineTime Machine, long? Statements)
{
    /// <summary>Reads before a run: the processors last, so that asking PostgreSQL is not counted.</summary>
    public static async Task<Usage> BeforeAsync(MeasuredServer server, ProcessTree? postgres, CancellationToken ct)
    {
        var statements = await StatementsAsync(server, ct);
        return Now(server, postgres) with { Statements = statements };
    }

    /// <summary>Reads after a run: the processors first.</summary>
    public static async Task<Usage> AfterAsync(MeasuredServer server, ProcessTree? postgres, CancellationToken ct) =>
        Now(server, postgres) with { Statements = await StatementsAsync(server, ct) };

    public static Usage operator -(Usage end, Usage beginning) => new(
        end.Server - beginning.Server, end.Postgres - beginning.Postgres, end.Client - beginning.Client,
        end.Machine - beginning.Machine, end.Statements - beginning.Statements);

    private static Usage Now(MeasuredServer server, ProcessTree? postgres) =>
        new(server.Processes.Cpu(), postgres?.Cpu(), Environment.CpuUsage.TotalTime, MachineTime.Read(), null);

    private static async Task<long?> StatementsAsync(MeasuredServer server, CancellationToken ct) =>
        server.Database is { } database ? await database.StatementCountAsync(ct) : null;
}
