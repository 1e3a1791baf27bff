using OAuthServer.OperatorTests.Hosting;

namespace OAuthServer.OperatorTests.Drills;

/// <summary>Breaks something under the load, until the load has met it, and mends it.</summary>
internal sealed class Breakage(SeededCluster cluster, Standby? standby, Fleet fleet, Watch watch)
{
    private readonly int[] _all = [.. fleet.Instances];

    /// <summary>From the fault to when its cause is gone; that the server goes on is not waited for.</summary>
    public Task RunAsync(Fault fault) => fault switch
    {
        Fault.DatabaseKilled => KillDatabaseAsync(),
        Fault.HostKilled => KillHostsAsync(),
        Fault.DatabasePaused => PauseAsync(),
        Fault.DatabaseReadOnly => ForbidWritingAsync(),
        Fault.FailedOver => FailOverAsync(),
        _ => throw new ArgumentOutOfRangeException(nameof(fault)),
    };

    private async Task KillDatabaseAsync()
    {
        var felt = watch.IsFeltAsync(_all);
        await cluster.KillAsync();
        await felt;
        await cluster.StartAsync();
    }

    // One after the other: meanwhile the other one has to do.
    private async Task KillHostsAsync()
    {
        foreach (var instance in _all)
        {
            var felt = watch.IsFeltAsync(instance);
            await fleet.KillAsync(instance);
            await felt;
            await watch.GoesOnAsync([.. _all.Where(other => other != instance)]);
            await fleet.ReplaceAsync(instance);
            await watch.GoesOnAsync(_all);
        }
    }

    private async Task PauseAsync()
    {
        var felt = watch.IsFeltAsync(_all);
        await cluster.SignalAsync("STOP");
        try
        {
            await felt;
        }
        finally
        {
            await cluster.SignalAsync("CONT");
        }
    }

    private async Task ForbidWritingAsync()
    {
        var felt = watch.IsFeltAsync(_all);
        await SayAsync("ALTER SYSTEM SET default_transaction_read_only = on");
        await felt;
        await SayAsync("ALTER SYSTEM RESET default_transaction_read_only");
    }

    private async Task FailOverAsync()
    {
        var felt = watch.IsFeltAsync(_all);
        await cluster.KillAsync();
        await felt;
        await standby!.PromoteAsync();
    }

    // Holds for connections that are there, too.
    private async Task SayAsync(string setting)
    {
        await cluster.ExecuteAsync(setting);
        await cluster.ExecuteAsync("SELECT pg_reload_conf()");
    }
}
