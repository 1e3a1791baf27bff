using System.Diagnostics;
using System.Net;
using OAuthServer.Testing;

namespace OAuthServer.OperatorTests.Hosting;

/// <summary>
/// A database that hangs holds nothing else: neither documents nor liveness, nor a thread of the pool.
/// </summary>
public sealed class FrozenDatabaseTests
{
    private const int Hanging = 80;

    private static readonly TimeSpan Recovery = TimeSpan.FromSeconds(30);

    // What the connection string leaves to a connection and an answer, and room for a busy machine.
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(10 + 10);

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

    [Theory]
    [InlineData("")]
    [InlineData(";SSL Mode=Disable")]
    public async Task A_database_that_freezes_in_the_middle_of_many_statements_holds_no_thread_that_others_need(
        string besides)
    {
        await using var cluster = await SeededCluster.CreateAsync();
        await using var server = await cluster.ServeAsync(
            ("ConnectionStrings:OAuthServer", cluster.ConnectionString + besides));
        var tokens = await server.TokensAsync();
        await UseManySessionsAsync(cluster, server, tokens.RefreshToken);

        await cluster.SignalAsync("STOP");
        try
        {
            var requests = Enumerable.Range(0, Hanging).Select(_ => TimedAsync(server, tokens.RefreshToken)).ToArray();
            var probe = StatusAsync(server, "/health/ready", Longest);
            while (!requests.All(request => request.IsCompleted))
            {
                foreach (var path in (string[])["/health/live", "/health/documents", "/.well-known/jwks.json"])
                    Assert.Equal(HttpStatusCode.OK, await StatusAsync(server, path));
            }

            Assert.Equal(HttpStatusCode.ServiceUnavailable, await probe);
            Assert.All(await Task.WhenAll(requests), reply =>
            {
                Assert.Equal(HttpStatusCode.ServiceUnavailable, reply.Status);
                Assert.InRange(reply.Took, TimeSpan.Zero, Longest);
            });
        }
        finally
        {
            await cluster.SignalAsync("CONT");
        }

        await Eventually.BecomesTrue(
            async () => (await server.RefreshAsync(tokens.RefreshToken)).Status == HttpStatusCode.OK, Recovery,
            "the same token is good for the same successor");
        await Eventually.BecomesTrue(
            async () => await StatusAsync(server, "/health/ready") == HttpStatusCode.OK, Recovery, "it is ready again");
    }

    // A lock that all of them wait for lets each have a connection of its own.
    private static async Task UseManySessionsAsync(SeededCluster cluster, TestServer server, string? token)
    {
        await using var connection = await cluster.ConnectAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using (var hold = connection.CreateCommand())
        {
            hold.CommandText = "LOCK TABLE oauth_refresh_tokens IN ACCESS EXCLUSIVE MODE";
            await hold.ExecuteNonQueryAsync();
        }

        var requests = Enumerable.Range(0, Hanging).Select(_ => server.RefreshAsync(token)).ToArray();
        await Eventually.BecomesTrue(
            async () => await cluster.ScalarAsync<long>(
                "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND usename = 'app'") >= Hanging,
            Recovery, "each request has a session");
        await transaction.RollbackAsync();
        await Task.WhenAll(requests);
    }

    private static async Task<(HttpStatusCode Status, TimeSpan Took)> TimedAsync(TestServer server, string? token)
    {
        var took = Stopwatch.StartNew();
        var reply = await server.RefreshAsync(token);
        return (reply.Status, took.Elapsed);
    }

    private static async Task<HttpStatusCode> StatusAsync(TestServer server, string path, TimeSpan? limit = null)
    {
        using var patience = new CancellationTokenSource(limit ?? (path == "/health/ready" ? Recovery : AtOnce));
        using var answer = await server.Http.GetAsync(new Uri(path, UriKind.Relative), patience.Token);
        return answer.StatusCode;
    }
}
