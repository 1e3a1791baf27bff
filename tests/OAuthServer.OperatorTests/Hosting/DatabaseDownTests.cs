using System.Net;
using System.Net.Http.Headers;
using Npgsql;
using OAuthServer.Testing;

namespace OAuthServer.OperatorTests.Hosting;

/// <summary>The database goes away under a running server and comes back.</summary>
public sealed class DatabaseDownTests
{
    private static readonly TimeSpan Recovery = TimeSpan.FromSeconds(20);

    [Fact]
    [Row("GEN-12")]
    [Row("REV-09")]
    public async Task Without_its_database_the_server_says_503_consumes_nothing_and_recovers_by_itself()
    {
        await using var cluster = await DedicatedCluster.CreateAsync();
        await TestDatabase.MigrateAsync(cluster.ConnectionString);
        // The cluster is made for speed and would lose its last commits; the product's database does not.
        await ExecuteAsync(
            cluster,
            $"ALTER DATABASE \"{new NpgsqlConnectionStringBuilder(cluster.ConnectionString).Database}\" "
                + "SET synchronous_commit = on");
        await using var server = await TestServer.StartAsync(new()
        {
            FullHashCost = true,
            Settings = new Dictionary<string, string?> { ["ConnectionStrings:OAuthServer"] = cluster.ConnectionString },
        });
        await SeedAsync(server.Database, cluster);
        await server.ServesAsync("\"read\"");
        using var signedIn = new TestBrowser(server);
        var code = (await signedIn.AuthorizeAsync(new AuthorizationAsk())).Code;
        var unused = (await signedIn.AuthorizeAsync(new AuthorizationAsk())).Code;
        var tokens = await server.RedeemAsync(code);
        Assert.Equal(HttpStatusCode.OK, tokens.Status);
        using var newcomer = new TestBrowser(server);
        using var signInPage = await newcomer.GetAsync("/account/sign-in");
        Assert.Equal("invalid_client", (await RefreshAsLateComerAsync(server)).Error);

        await cluster.StopAsync();

        await MachinesAreToldToRetryAsync(server, unused, tokens);
        await PeopleSeeAPageAsync(server, signedIn, newcomer, signInPage);
        await MemoryStillAnswersAsync(server);

        await cluster.StartAsync();

        await Eventually.BecomesTrue(
            async () => await StatusAsync(server, "/health/ready") == HttpStatusCode.OK,
            Recovery,
            "the server is ready again");
        await EverythingWorksAsync(server, signedIn, newcomer, unused, tokens);
        await ExecuteAsync(
            cluster,
            "INSERT INTO oauth_clients (client_id, name, application_type, redirect_uris, allowed_scopes) "
                + "VALUES ('late-comer', 'Late', 'browser', '{https://late.example/cb}', '{read}')");
        await Eventually.BecomesTrue(
            async () => (await RefreshAsLateComerAsync(server)).Error == "invalid_grant",
            Recovery,
            "a client that is inserted afterwards is known");
    }

    private static async Task MachinesAreToldToRetryAsync(TestServer server, string? code, Reply tokens)
    {
        Reply[] replies =
        [
            await server.RedeemAsync(code),
            await server.RefreshAsync(tokens.RefreshToken),
            await server.RefreshAsync(tokens.RefreshToken, path: "/oauth/refresh"),
            await server.RevokeAsync(tokens.RefreshToken),
            await server.RevokeAsync(tokens.AccessToken),
            await server.RefreshAsync("no-such-token"),
            await RefreshAsNobodyAsync(server),
        ];
        Assert.All(replies, reply =>
        {
            Assert.Equal(HttpStatusCode.ServiceUnavailable, reply.Status);
            Assert.Equal("temporarily_unavailable", reply.Error);
            Assert.Equal("application/json", reply.ContentType?.Split(';')[0]);
            Assert.True(reply.Headers.RetryAfter?.Delta > TimeSpan.Zero);
            Assert.True(reply.Headers.CacheControl?.NoStore);
            Assert.DoesNotContain("Npgsql", reply.Body, StringComparison.Ordinal);
            Assert.DoesNotContain("   at ", reply.Body, StringComparison.Ordinal);
        });
    }

    private static async Task PeopleSeeAPageAsync(
        TestServer server, TestBrowser signedIn, TestBrowser newcomer, HttpResponseMessage signInPage)
    {
        using var authorize = await signedIn.SendAsync(Html(HttpMethod.Get, new AuthorizationAsk().Path));
        await AssertPageAsync(authorize);

        var form = await TestBrowser.FormAsync(signInPage, "/account/sign-in");
        (form.Fields["email"], form.Fields["password"]) = (TestData.Email, TestData.Password);
        using var post = Html(HttpMethod.Post, form.Action);
        post.Content = new FormUrlEncodedContent(form.Fields);
        using var answer = await newcomer.SendAsync(post);
        await AssertPageAsync(answer);

        // A person who is not signed in is asked to do so; the client is known from memory.
        using var stranger = await server.Http.SendAsync(Html(HttpMethod.Get, new AuthorizationAsk().Path));
        if (stranger.StatusCode != HttpStatusCode.SeeOther) await AssertPageAsync(stranger);
    }

    private static async Task MemoryStillAnswersAsync(TestServer server)
    {
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(server, "/.well-known/oauth-authorization-server"));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(server, "/.well-known/jwks.json"));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(server, "/health/live"));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await StatusAsync(server, "/health/ready"));
    }

    private static async Task EverythingWorksAsync(
        TestServer server, TestBrowser signedIn, TestBrowser newcomer, string? unused, Reply tokens)
    {
        Assert.Equal(HttpStatusCode.OK, (await server.RedeemAsync(unused)).Status);
        var refreshed = await server.RefreshAsync(tokens.RefreshToken);
        Assert.Equal(HttpStatusCode.OK, refreshed.Status);
        Assert.Equal(HttpStatusCode.OK, (await server.RevokeAsync(refreshed.RefreshToken)).Status);
        Assert.Equal("invalid_grant", (await server.RefreshAsync(refreshed.RefreshToken)).Error);
        Assert.NotNull((await signedIn.AuthorizeAsync(new AuthorizationAsk())).Code);
        await newcomer.SignInAsync();
    }

    private static async Task AssertPageAsync(HttpResponseMessage answer)
    {
        var html = await answer.Content.ReadAsStringAsync();
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Equal("text/html", answer.Content.Headers.ContentType?.MediaType);
        Assert.True(answer.Headers.RetryAfter?.Delta > TimeSpan.Zero);
        Assert.True(answer.Headers.CacheControl?.NoStore);
        Assert.DoesNotContain("Npgsql", html, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", html, StringComparison.Ordinal);
    }

    private static HttpRequestMessage Html(HttpMethod method, string path)
    {
        var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative));
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("text/html"));
        return request;
    }

    private static async Task<HttpStatusCode> StatusAsync(TestServer server, string path)
    {
        using var answer = await server.Http.GetAsync(new Uri(path, UriKind.Relative));
        return answer.StatusCode;
    }

    private static Task<Reply> RefreshAsLateComerAsync(TestServer server) =>
        server.AuthenticateAsync("late-comer", null);

    // A client that is in nobody's memory.
    private static Task<Reply> RefreshAsNobodyAsync(TestServer server) =>
        server.AuthenticateAsync("never-seen", null);

    private static async Task SeedAsync(TestDatabase seeded, DedicatedCluster cluster)
    {
        await ExecuteAsync(
            cluster,
            $$"""
            INSERT INTO oauth_resources (resource, name, scopes, is_default)
            VALUES ('{{TestServer.Issuer}}', 'Notes', '{"read": "See your notes"}', true)
            """);
        foreach (var table in new[] { "oauth_clients", "accounts" })
        {
            var rows = await seeded.ScalarAsync<string>($"SELECT json_agg(r)::text FROM {table} r");
            await ExecuteAsync(
                cluster, $"INSERT INTO {table} SELECT * FROM json_populate_recordset(NULL::{table}, $1::json)", rows!);
        }
    }

    private static async Task ExecuteAsync(DedicatedCluster cluster, string sql, params string[] parameters)
    {
        await using var connection = new NpgsqlConnection(
            new NpgsqlConnectionStringBuilder(cluster.ConnectionString) { Pooling = false }.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var parameter in parameters) command.Parameters.Add(new NpgsqlParameter { Value = parameter });
        await command.ExecuteNonQueryAsync();
    }
}
