using OAuthServer.Hosting;
using OAuthServer.Testing;
using Xunit.Sdk;

namespace OAuthServer.ServerTests.Fixtures;

/// <summary>A server for one test class.</summary>
public class OwnServer : IAsyncLifetime
{
    private TestServer? _server;
    private SkipException? _notRun;

    /// <summary>The server; asking for one that a deployment cannot stand in for ends the test as not run.</summary>
    public TestServer Server => _server ?? throw _notRun!;

    public TestDatabase Database => Server.Database;

    /// <summary>Whether there is a server to be asked.</summary>
    protected bool IsRun => _server is not null;

    protected virtual TestServerOptions Options => new();

    /// <summary>True when a server with one setting changed, and otherwise right, would start.</summary>
    public static async Task<bool> WouldStartAsync(string setting)
    {
        Deployment.NeedsOwnServer("a start with another configuration");
        var app = ServerHost.Build(
            [
                "--environment=Production",
                $"--contentRoot={AppContext.BaseDirectory}",
                "--OAuth:Issuer=https://as.example.test",
                "--ConnectionStrings:OAuthServer=Host=127.0.0.1",
                "--SigningKeys:Source=File",
                $"--{setting}",
            ]);
        if (app is null) return false;
        await app.DisposeAsync();
        return true;
    }

    public virtual async ValueTask InitializeAsync()
    {
        try
        {
            _server = await TestServer.StartAsync(Options);
        }
        catch (SkipException why)
        {
            // Thrown here it would fail the tests: it is each of them that is not run.
            _notRun = why;
        }
    }

    public virtual async ValueTask DisposeAsync()
    {
        if (_server is not null) await _server.DisposeAsync();
        GC.SuppressFinalize(this);
    }
}
