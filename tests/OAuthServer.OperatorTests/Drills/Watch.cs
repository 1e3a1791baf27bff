using OAuthServer.Testing;

namespace OAuthServer.OperatorTests.Drills;

/// <summary>Waits for what the load meets.</summary>
internal sealed class Watch(Fleet fleet, Ledger ledger)
{
    /// <summary>How long recovery takes at most, from when the cause is gone (docs/operations/database.md).</summary>
    public static readonly TimeSpan Recovery = TimeSpan.FromSeconds(30);

    private const int Few = 3;

    private static readonly string[] Requests = ["authorize", "redeem", "refresh", "revoke"];

    /// <summary>Until some requests to each of these instances ended without an answer that is known.</summary>
    public Task IsFeltAsync(params int[] instances)
    {
        var before = instances.Select(ledger.Unknown).ToArray();
        return Eventually.BecomesTrue(
            () => Task.FromResult(instances.Select(ledger.Unknown).Zip(before).All(n => n.First >= n.Second + Few)),
            Recovery,
            "the load meets the fault");
    }

    /// <summary>Until each of these instances is ready and has acknowledged some requests of every kind.</summary>
    public async Task GoesOnAsync(params int[] instances)
    {
        var each = instances.SelectMany(instance => Requests.Select(request => (request, instance))).ToArray();
        var before = each.Select(Acknowledged).ToArray();
        await Eventually.BecomesTrue(
            async () => each.Select(Acknowledged).Zip(before).All(n => n.First >= n.Second + Few)
                && (await Task.WhenAll(instances.Select(fleet.IsReadyAsync))).All(isReady => isReady),
            Recovery,
            $"every instance acknowledges every request again{Environment.NewLine}{ledger}");
    }

    private int Acknowledged((string Request, int Instance) of) => ledger.Acknowledged(of.Request, of.Instance);
}
