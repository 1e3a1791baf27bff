using System.Diagnostics;
using OAuthServer.OperatorTests.Hosting;
using OAuthServer.Testing;

namespace OAuthServer.OperatorTests.Drills;

/// <summary>Something breaks under load and is mended, and what was acknowledged still holds.</summary>
public sealed class DrillTests
{
    public static TheoryData<Fault> Faults => [.. Enum.GetValues<Fault>()];

    [LongGateTheory]
    [MemberData(nameof(Faults))]
    public async Task What_was_acknowledged_outlives_a_fault_from_which_the_server_recovers_by_itself(Fault fault)
    {
        await using var cluster = await SeededCluster.CreateAsync();
        await using var standby = fault == Fault.FailedOver ? await Standby.FollowAsync(cluster) : null;
        await using var fleet = await Fleet.StartAsync(
            standby?.WithPrimary(cluster.ConnectionString) ?? cluster.ConnectionString);
        var ledger = new Ledger();
        var app = await App.StartAsync(fleet, ledger);
        await using var load = await Load.StartAsync(app, ledger);
        var watch = new Watch(fleet, ledger);
        int[] all = [.. fleet.Instances];
        await watch.GoesOnAsync(all);

        await new Breakage(cluster, standby, fleet, watch).RunAsync(fault);
        var mended = Stopwatch.StartNew();
        await watch.GoesOnAsync(all);
        var recovery = mended.Elapsed;

        await load.StopAsync();
        var survivor = standby?.AdministrationString ?? cluster.AdministrationString;
        await new Reckoning(app, ledger, load, survivor).SettleAsync();
        TestContext.Current.TestOutputHelper?.WriteLine($"Recovered within {recovery.TotalSeconds:0.0} s.\n{ledger}");
        Assert.Empty(ledger.Faults);
        Assert.All(all, instance => Assert.True(fleet.IsAlive(instance), fleet.LogOf(instance)));
    }
}
