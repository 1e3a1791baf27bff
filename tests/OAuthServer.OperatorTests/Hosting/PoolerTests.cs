using System.Net;
using OAuthServer.Operators;
using OAuthServer.Storage;
using OAuthServer.Testing;

namespace OAuthServer.OperatorTests.Hosting;

/// <summary>Behind PgBouncer (docs/operations/database.md): it works, or it is refused with the reason.</summary>
public sealed class PoolerTests(ContentRoot root) : IClassFixture<ContentRoot>
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task In_transaction_mode_nothing_fails_and_changes_of_clients_arrive()
    {
        await using var cluster = await SeededCluster.CreateAsync();
        await using var pooler = await Pooler.StartAsync(cluster, "transaction");
        await using var server = await cluster.ServeAsync(
            ("ConnectionStrings:OAuthServer", pooler.ConnectionString + ";Max Auto Prepare=0"),
            ("ConnectionStrings:OAuthServerListen", cluster.ConnectionString),
            ("Clients:CacheLifetime", "00:05:00"));

        await RefreshInManyAsync(server);

        await cluster.ExecuteAsync($"UPDATE oauth_clients SET disabled_at = now() WHERE client_id = '{TestData.Web}'");
        await Eventually.BecomesTrue(
            async () => (await server.RefreshAsync("no-such-token")).Error == "invalid_client", Patience,
            "the change of the client arrives");
    }

    [Fact]
    public async Task In_session_mode_there_is_nothing_to_set()
    {
        await using var cluster = await SeededCluster.CreateAsync();
        await using var pooler = await Pooler.StartAsync(cluster, "session");
        await using var server = await cluster.ServeAsync(("ConnectionStrings:OAuthServer", pooler.ConnectionString));

        await RefreshInManyAsync(server);
    }

    [Fact]
    public async Task A_pooler_that_loses_prepared_statements_is_refused_at_the_start()
    {
        await using var cluster = await SeededCluster.CreateAsync();
        await using var pooler = await Pooler.StartAsync(cluster, "transaction");
        var keys = Directory.CreateDirectory(Path.Combine(root.Path, "keys-of-pooled")).FullName;
        KeyFolder.Fill(keys);
        var variables = new Dictionary<string, string>
        {
            ["ASPNETCORE_ENVIRONMENT"] = "Production",
            ["ASPNETCORE_URLS"] = "http://127.0.0.1:0",
            ["ConnectionStrings__OAuthServer"] = pooler.ConnectionString,
            ["OAuth__Issuer"] = TestServer.Issuer,
            ["SigningKeys__Source"] = "File",
            ["SigningKeys__Directory"] = keys,
            ["ForwardedHeaders__KnownProxies__0"] = "127.0.0.1",
        };

        var ended = await HostProcess.RunAsync(root, variables);

        Assert.Equal(ExitCodes.Misconfigured, ended.ExitCode);
        Assert.Contains("Max Auto Prepare=0", ended.Error, StringComparison.Ordinal);
        var doctor = await HostProcess.RunAsync(root, variables, "doctor", "--json");
        Assert.True(doctor.Output.Contains("database_pooler", StringComparison.Ordinal), doctor.Output + doctor.Error);
    }

    [Theory]
    [InlineData("transaction", ";Max Auto Prepare=0", false)]
    [InlineData("transaction", "", true)]
    [InlineData("session", "", false)]
    [InlineData(null, "", false)]
    public async Task Prepared_statements_are_lost_in_transaction_mode_alone(string? mode, string besides, bool lost)
    {
        await using var cluster = await SeededCluster.CreateAsync();
        await using var pooler = mode is null ? null : await Pooler.StartAsync(cluster, mode);
        var options = new DatabaseOptions
        {
            ConnectionString = (pooler?.ConnectionString ?? cluster.ConnectionString) + besides,
        };
        await using var database = options.CreateDataSource();

        Assert.Equal(
            lost, await PreparedStatementProbe.LosesStatementsAsync(database, TestContext.Current.CancellationToken));
    }

    // Each person's tokens again and again, all at once.
    private static async Task RefreshInManyAsync(TestServer server)
    {
        var tokens = new List<Reply>();
        for (var person = 0; person < 8; person++) tokens.Add(await server.TokensAsync());
        var statuses = await Task.WhenAll(tokens.Select(async first =>
        {
            var (newest, seen) = (first, new List<HttpStatusCode>());
            for (var use = 0; use < 25; use++)
            {
                newest = await server.RefreshAsync(newest.RefreshToken);
                seen.Add(newest.Status);
            }

            return seen;
        }));
        Assert.All(statuses.SelectMany(seen => seen), status => Assert.Equal(HttpStatusCode.OK, status));
    }
}
