using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Fixtures;

/// <summary>One server for the tests of a class.</summary>
public class SharedServer : IAsyncLifetime
{
    private TestServer? _server;
    private NotRunException? _notRun;

    /// <summary>The server; asking for one that a deployment cannot stand in for ends the test as not run.</summary>
    public TestServer Server => _server ?? throw _notRun!;

    protected virtual TestServerOptions Options => new();

    public async ValueTask InitializeAsync()
    {
        try
        {
            _server = await TestServer.StartAsync(Options);
        }
        catch (NotRunException why)
        {
            // Thrown here it would fail the tests: it is each of them that is not run.
            _notRun = why;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null) await _server.DisposeAsync();
        GC.SuppressFinalize(this);
    }
}

/// <summary>One server with small budgets; each test is another address.</summary>
public sealed class ThriftyServer : SharedServer
{
    protected override TestServerOptions Options => new()
    {
        Settings = new Dictionary<string, string?>
        {
            ["RateLimiting:Authorize:PermitLimit"] = "30",
            ["RateLimiting:Token:PermitLimit"] = "3",
            ["RateLimiting:Revoke:PermitLimit"] = "3",
            ["RateLimiting:SignIn:PermitLimit"] = "3",
        },
    };
}
