using Microsoft.Extensions.Options;
using Npgsql;
using OAuthServer.Settings;

namespace OAuthServer.Storage.Sweeping;

/// <summary>
/// Takes rows away that are over, on every instance, one short statement after the other. It rests at least twice
/// as long as it works, so the slower the database answers the less it asks; what fails is tried again in the next
/// run.
/// </summary>
internal sealed partial class Sweeper(
    Sweeps sweeps,
    IEnumerable<SweptTable> tables,
    SweepTotals totals,
    IOptions<SweeperOptions> options,
    TimeProvider clock,
    ILogger<Sweeper> logger)
    : BackgroundService
{
    /// <summary>The log events that tell of a run which did not remove what it should.</summary>
    internal const int FailedEvent = 6201;
    internal const int SlowEvent = 6202;

    private const int SmallestBatch = 10;
    private const int CountLimit = 100_000;

    // At work for a tenth of the time: what meets a delete waits for it, and so few do that the p99 of refreshes
    // stays.
    private const int RestPerWork = 9;

    /// <summary>One run over all tables, until nothing is left that may leave now.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        foreach (var table in tables)
        {
            try
            {
                await CountAsync(table, ct);
                await SweepAsync(table, ct);
            }
            catch (Exception failure) when (DatabaseFailure.Is(failure) && !ct.IsCancellationRequested)
            {
                LogFailed(table.Name, failure.Message);
            }
        }
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!options.Value.Enabled) return;
        while (true)
        {
            await Task.Delay(Jitter.Around(options.Value.Interval), clock, stoppingToken);
            await RunAsync(stoppingToken);
        }
    }

    private async Task CountAsync(SweptTable table, CancellationToken ct)
    {
        try
        {
            totals.Counted(table.Name, await sweeps.CountAsync(table, CountLimit, options.Value.StatementTimeout, ct));
        }
        catch (PostgresException slow) when (TookTooLong(slow, ct))
        {
            totals.Counted(table.Name, CountLimit);
        }
    }

    private async Task SweepAsync(SweptTable table, CancellationToken ct)
    {
        var size = options.Value.BatchSize;
        for (DateTime? from = null; ;)
        {
            var started = clock.GetTimestamp();
            try
            {
                var batch = await sweeps.DeleteAsync(table, size, from, options.Value.StatementTimeout, ct);
                totals.Removed(table.Name, batch.Removed);
                if (batch.Found < size) return;
                from = batch.Last;
                size = Math.Min(options.Value.BatchSize, size * 2);
            }
            catch (PostgresException slow) when (TookTooLong(slow, ct))
            {
                LogSlow(table.Name, size, options.Value.StatementTimeout);
                if (size <= SmallestBatch) return;
                size = Math.Max(SmallestBatch, size / 2);
            }

            await RestAsync(clock.GetElapsedTime(started), ct);
        }
    }

    private Task RestAsync(TimeSpan worked, CancellationToken ct)
    {
        var rest = worked * RestPerWork;
        return Task.Delay(rest < options.Value.Pause ? options.Value.Pause : rest, clock, ct);
    }

    private static bool TookTooLong(PostgresException failure, CancellationToken ct) =>
        failure.SqlState == PostgresErrorCodes.QueryCanceled && !ct.IsCancellationRequested;

    [LoggerMessage(FailedEvent, LogLevel.Warning, "Sweeping {Table} failed ({Cause}); the next run tries again.")]
    private partial void LogFailed(string table, string cause);

    [LoggerMessage(
        SlowEvent, LogLevel.Information,
        "Sweeping {Rows} rows of {Table} took longer than {Timeout} and was given up; fewer are tried.")]
    private partial void LogSlow(string table, int rows, TimeSpan timeout);
}
