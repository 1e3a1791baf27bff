namespace OAuthServer.Bench.Servers;

/// <summary>Knows how one kind of server is set up and started.</summary>
internal interface IServerStarter
{
    /// <summary>As in tables and in <c>--servers</c>.</summary>
    string Name { get; }

    /// <summary>What it answers.</summary>
    ServerRoutes Routes { get; }

    /// <summary>Starts it, on a database made anew if it needs one, and returns when it is ready.</summary>
    /// <param name="running">What was started before, in the order of <see cref="ServerStarters.All"/>.</param>
    Task<MeasuredServer> StartAsync(TestBed bed, IReadOnlyList<MeasuredServer> running, CancellationToken ct);
}
