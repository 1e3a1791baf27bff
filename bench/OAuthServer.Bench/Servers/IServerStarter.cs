namespace OAuthServer.Bench.Servers;

/// <summary>Knows how one kind of server is set up and started.</summary>
internal interface IServerStarter
{
    /// <summary>As in tables and in <c>--servers</c>.</summary>
    string Name { get; }

    /// <summary>Starts it on a database made anew, and returns when it is ready.</summary>
    Task<MeasuredServer> StartAsync(TestBed bed, CancellationToken ct);
}
