using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;
using OAuthServer.RateLimits;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.RateLimits;

/// <summary>Budgets that are to be counted in a Redis which nobody has ever reached.</summary>
public sealed class SharedBudgetOutageTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_server_starts_and_counts_alone(bool somethingListens)
    {
        // It takes connections and says nothing, or is not there at all.
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        var port = somethingListens ? ((IPEndPoint)silent.LocalEndpoint).Port : LoopbackPort.Free();
        await using var server = await TestServer.StartAsync(new()
        {
            Settings = new Dictionary<string, string?>
            {
                ["RateLimiting:Token:PermitLimit"] = "3",
                ["RateLimiting:SignIn:PermitLimit"] = "3",
                ["RateLimiting:Shared:Redis"] = $"127.0.0.1:{port}",
            },
        });
        var shared = server.Services.GetRequiredService<SharedBudgets>();

        foreach (var path in (string[])["/oauth/token", "/account/sign-in"])
        {
            for (var i = 0; i < 3; i++) Assert.NotEqual(HttpStatusCode.TooManyRequests, (await AskAsync(path)).Status);
            Assert.Equal(HttpStatusCode.TooManyRequests, (await AskAsync(path)).Status);
        }

        Assert.Equal((true, false), (shared.IsOn, shared.IsTogether));
        Assert.True(shared.CountedAlone >= 6, $"{shared.CountedAlone}");

        Task<Reply> AskAsync(string path) =>
            server.PostRawAsync(path, "grant_type=x&client_id=unknown&client_secret=y");
    }
}
