using System.Net;
using OAuthServer.Testing;

namespace OAuthServer.OperatorTests.Hosting;

/// <summary>A database that hangs holds nothing else: neither documents nor liveness, nor a thread of the pool.</summary>
public sealed class FrozenDatabaseTests
{
    private const int Hanging = 80;

    private static readonly TimeSpan Recovery = TimeSpan.FromSeconds(30);

    // Far more than a document in memory takes, and far less than a frozen database.
    private static readonly TimeSpan AtOnce = TimeSpan.FromSeconds(2);

    [Fact]
    public async Task A_frozen_database_freezes_nothing_else()
    {
        await using var cluster = await SeededCluster.CreateAsync();
        await using var server = await cluster.ServeAsync();
        var tokens = await server.TokensAsync();

        await cluster.SignalAsync("STOP");
        try
        {
            var requests = Enumerable.Range(0, Hanging).Select(_ => server.RefreshAsync(tokens.RefreshToken)).ToArray();
            while (!requests.All(request => request.IsCompleted))
            {
                foreach (var path in (string[])["/health/live", "/health/documents", "/.well-known/jwks.json"])
                    Assert.Equal(HttpStatusCode.OK, await StatusAsync(server, path));
            }

            var replies = await Task.WhenAll(requests);
            Assert.All(replies, reply => Assert.Equal(
                (HttpStatusCode.ServiceUnavailable, "temporarily_unavailable"), (reply.Status, reply.Error)));
            Assert.Equal(HttpStatusCode.ServiceUnavailable, await StatusAsync(server, "/health/ready"));
        }
        finally
        {
            await cluster.SignalAsync("CONT");
        }

        await Eventually.BecomesTrue(
            async () => await StatusAsync(server, "/health/ready") == HttpStatusCode.OK, Recovery, "it is ready again");
        var refreshed = await server.RefreshAsync(tokens.RefreshToken);
        Assert.Equal((HttpStatusCode.OK, null), (refreshed.Status, refreshed.Error));
    }

    private static async Task<HttpStatusCode> StatusAsync(TestServer server, string path)
    {
        using var patience = new CancellationTokenSource(path == "/health/ready" ? Recovery : AtOnce);
        using var answer = await server.Http.GetAsync(new Uri(path, UriKind.Relative), patience.Token);
        return answer.StatusCode;
    }
}
