using System.Diagnostics;
using System.Globalization;
using Npgsql;
using OAuthServer.Storage;
using OAuthServer.Testing;

namespace OAuthServer.OperatorTests.Storage;

/// <summary>
/// Numbers of transactions are compared within one run of one database: whatever ends it changes the origin.
/// </summary>
public sealed class RevocationOriginTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_restart_and_the_crash_of_one_process_change_the_origin_and_nothing_else_does()
    {
        await using var cluster = await DedicatedCluster.CreateAsync();
        await TestDatabase.MigrateAsync(cluster.ConnectionString);
        var first = await OriginAsync(cluster);
        Assert.Equal(first, await OriginAsync(cluster));

        await CrashOneAsync(cluster);
        var second = await OriginAsync(cluster);
        await cluster.StopAsync();
        await cluster.StartAsync();
        var third = await OriginAsync(cluster);

        Assert.Equal(3, new[] { first, second, third }.Distinct().Count());
        Assert.Equal(third, await OriginAsync(cluster));
    }

    // As the kernel does when memory is short: PostgreSQL ends all its processes and starts them anew.
    private static async Task CrashOneAsync(DedicatedCluster cluster)
    {
        await using var source = NpgsqlDataSource.Create(cluster.ConnectionString);
        await using var connection = await source.OpenConnectionAsync(Ct);
        await using var command = new NpgsqlCommand("SELECT pg_backend_pid()", connection);
        var process = ((int)(await command.ExecuteScalarAsync(Ct))!).ToString(CultureInfo.InvariantCulture);
        using var kill = Process.Start("kill", ["-KILL", process]);
        await kill.WaitForExitAsync(Ct);
        await Eventually.BecomesTrue(
            () => Task.FromResult(!HostProcess.IsRunning(int.Parse(process, CultureInfo.InvariantCulture))),
            TimeSpan.FromSeconds(20),
            "the process is gone");
    }

    private static async Task<string> OriginAsync(DedicatedCluster cluster)
    {
        string? origin = null;
        await Eventually.BecomesTrue(
            async () =>
            {
                try
                {
                    await using var database = OAuthDatabase.Open(cluster.ConnectionString);
                    origin = (await new RevokedTokens(database, new(TimeSpan.FromHours(1))).ReadAsync(0, Ct)).Origin;
                    return true;
                }
                catch (NpgsqlException)
                {
                    return false;
                }
            },
            TimeSpan.FromSeconds(30),
            "the database answers");
        return origin!;
    }
}
