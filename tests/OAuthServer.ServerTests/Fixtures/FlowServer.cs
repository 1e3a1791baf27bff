using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Fixtures;

/// <summary>A server with a signed-in browser, and a second instance for who asks.</summary>
public sealed class FlowServer : SignedInServer, IAsyncLifetime
{
    private TestServer? _second;

    /// <summary>A second instance on the same database.</summary>
    public async Task<TestServer> SecondAsync() => _second ??= await TestServer.StartAsync(new() { Database = Database });

    public override async ValueTask DisposeAsync()
    {
        if (_second is not null) await _second.DisposeAsync();
        await base.DisposeAsync();
    }
}
