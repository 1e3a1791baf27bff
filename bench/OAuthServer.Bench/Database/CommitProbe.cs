using System.Diagnostics;
using Npgsql;

namespace OAuthServer.Bench.Database;

/// <summary>How long one caller waits for PostgreSQL, at least: the network there and back, and the disk.</summary>
/// <param name="RoundTrip">Median milliseconds of a statement that does nothing.</param>
/// <param name="Commit">Median milliseconds of one that writes a row durably.</param>
internal sealed record CommitProbe(double RoundTrip, double Commit)
{
    private const int Rounds = 200;

    public static async Task<CommitProbe> MeasureAsync(BenchDatabase database, CancellationToken ct)
    {
        await using var connection = new NpgsqlConnection(database.ConnectionString);
        await connection.OpenAsync(ct);
        await ExecuteAsync("CREATE TABLE bench_commit_probe (id int)");
        var probe = new CommitProbe(
            await MedianAsync("SELECT 1"), await MedianAsync("INSERT INTO bench_commit_probe VALUES (1)"));
        await ExecuteAsync("DROP TABLE bench_commit_probe");
        return probe;

        async Task<double> MedianAsync(string sql)
        {
            await using var command = new NpgsqlCommand(sql, connection);
            await command.PrepareAsync(ct);
            var times = new double[Rounds];
            for (var round = 0; round < Rounds; round++)
            {
                var started = Stopwatch.GetTimestamp();
                await command.ExecuteNonQueryAsync(ct);
                times[round] = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
            }

            Array.Sort(times);
            return times[Rounds / 2];
        }

        async Task ExecuteAsync(string sql)
        {
            await using var command = new NpgsqlCommand(sql, connection);
            await command.ExecuteNonQueryAsync(ct);
        }
    }
}
