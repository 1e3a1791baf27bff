using OAuthServer.Bench.Servers;

namespace OAuthServer.Bench.Machine;

/// <summary>What was used up to a moment, and by subtraction between two.</summary>
/// <param name="Client">Processor time of this program, the load generator.</param>
internal sealed record Usage(TimeSpan Server, TimeSpan Postgres, TimeSpan Client, long Statements)
{
    /// <summary>The readings of now. The statements first at the end and last at the beginning, so that asking is in no difference.</summary>
    public static async Task<Usage> ReadAsync(MeasuredServer server, ProcessTree postgres, bool end, CancellationToken ct)
    {
        if (end) return Processes(server, postgres) with { Statements = await StatementsAsync(server, ct) };
        var statements = await StatementsAsync(server, ct);
        return Processes(server, postgres) with { Statements = statements };
    }

    public static Usage operator -(Usage end, Usage beginning) =>
        new(end.Server - beginning.Server, end.Postgres - beginning.Postgres, end.Client - beginning.Client, end.Statements - beginning.Statements);

    private static Usage Processes(MeasuredServer server, ProcessTree postgres) => new(server.Processes.Cpu(), postgres.Cpu(), Environment.CpuUsage.TotalTime, 0);

    private static async Task<long> StatementsAsync(MeasuredServer server, CancellationToken ct) => server.Database is { } database ? await database.StatementCountAsync(ct) : 0;
}
