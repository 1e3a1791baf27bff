namespace OAuthServer.Bench.Servers;

/// <summary>Every server that the bench knows, in the order of the tables.</summary>
internal static class ServerStarters
{
    public static IReadOnlyList<IServerStarter> All { get; } =
    [
        new OurServer(), new ApiServer(), CompanionServer.Floor, CompanionServer.OpenIddict,
    ];

    /// <summary>
    /// Starts them, one after the other; each goes into the list as soon as it runs, so that the caller can end it.
    /// </summary>
    public static async Task StartAsync(
        IEnumerable<IServerStarter> starters, TestBed bed, List<MeasuredServer> running, CancellationToken ct)
    {
        foreach (var starter in starters)
        {
            running.Add(await starter.StartAsync(bed, running, ct));
            var times = string.Join(" ", running[^1].TimesToReady.Select(time => $"{time.TotalSeconds:0.00}"));
            Console.WriteLine($"{starter.Name} is ready after {times} s");
        }
    }
}
