using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Fixtures;

/// <summary>One server with small budgets; each test is another address.</summary>
public sealed class ThriftyServer : OwnServer
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
