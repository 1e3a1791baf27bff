using OAuthServer.Testing;

namespace OAuthServer.ConformanceTests;

/// <summary>One server for the tests of a class.</summary>
public class SharedServer : IAsyncLifetime
{
    public TestServer Server { get; private set; } = null!;

    protected virtual TestServerOptions Options => new();

    public async ValueTask InitializeAsync() => Server = await TestServer.StartAsync(Options);

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
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
