using System.Net;
using OAuthServer.ServerTests.Fixtures;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Clients;

/// <summary>
/// Clients are registered, changed and switched off by SQL; every running instance follows without a restart.
/// </summary>
public sealed class ClientsBySqlTests(ClientsBySqlTests.Instances instances)
    : IClassFixture<ClientsBySqlTests.Instances>
{
    // The server promises a second. A busy machine gets more, but far less than the 30 s after which memory is read
    // anew.
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(8);

    private const string Insert = """
        INSERT INTO oauth_clients (client_id, client_secret, name, application_type, redirect_uris, allowed_scopes)
        VALUES ($1, $2, 'By SQL', $3, ARRAY[$4], '{read}')
        """;

    private const string Uri = "https://sql.example/cb";

    [Fact]
    public async Task An_inserted_client_is_known_on_every_instance()
    {
        foreach (var server in instances.All) Assert.Equal("invalid_client", await AnswerAsync(server, "inserted"));

        await InsertAsync("inserted", null, "browser");

        foreach (var server in instances.All) await BecomesAsync(server, "inserted", null, "invalid_grant");
    }

    [Fact]
    public async Task A_changed_redirect_uri_counts_on_every_instance()
    {
        await InsertAsync("moved", null, "browser");
        foreach (var server in instances.All)
            Assert.Equal(HttpStatusCode.SeeOther, await AuthorizeAsync(server, "moved", Uri));

        await instances.Database.ExecuteAsync(
            "UPDATE oauth_clients SET redirect_uris = '{https://moved.example/cb}' WHERE client_id = 'moved'");

        foreach (var server in instances.All)
        {
            await Eventually.BecomesTrue(
                async () => await AuthorizeAsync(server, "moved", Uri) == HttpStatusCode.BadRequest,
                Soon,
                "the old redirect URI is refused");
            Assert.Equal(HttpStatusCode.SeeOther, await AuthorizeAsync(server, "moved", "https://moved.example/cb"));
        }
    }

    [Fact]
    public async Task A_disabled_client_is_refused_on_every_instance_until_it_is_enabled()
    {
        await InsertAsync("disabled", null, "browser");
        foreach (var server in instances.All) Assert.Equal("invalid_grant", await AnswerAsync(server, "disabled"));

        await instances.Database.ExecuteAsync(
            "UPDATE oauth_clients SET disabled_at = now() WHERE client_id = 'disabled'");
        foreach (var server in instances.All)
        {
            await BecomesAsync(server, "disabled", null, "invalid_client");
            Assert.Equal(HttpStatusCode.BadRequest, await AuthorizeAsync(server, "disabled", Uri));
        }

        await instances.Database.ExecuteAsync(
            "UPDATE oauth_clients SET disabled_at = NULL WHERE client_id = 'disabled'");
        foreach (var server in instances.All) await BecomesAsync(server, "disabled", null, "invalid_grant");
    }

    [Fact]
    public async Task A_deleted_or_renamed_client_is_forgotten_on_every_instance()
    {
        await InsertAsync("old-name", null, "browser");
        foreach (var server in instances.All) Assert.Equal("invalid_grant", await AnswerAsync(server, "old-name"));
        foreach (var server in instances.All) Assert.Equal("invalid_client", await AnswerAsync(server, "new-name"));

        await instances.Database.ExecuteAsync(
            "UPDATE oauth_clients SET client_id = 'new-name' WHERE client_id = 'old-name'");
        foreach (var server in instances.All)
        {
            await BecomesAsync(server, "old-name", null, "invalid_client");
            await BecomesAsync(server, "new-name", null, "invalid_grant");
        }

        await instances.Database.ExecuteAsync("DELETE FROM oauth_clients WHERE client_id = 'new-name'");
        foreach (var server in instances.All) await BecomesAsync(server, "new-name", null, "invalid_client");
    }

    [Fact]
    public async Task A_secret_is_rotated_without_an_outage()
    {
        const string old = "the-old-demo-secret";
        const string next = "the-next-demo-secret";
        await InsertAsync("rotating", Hash(old), "web");
        foreach (var server in instances.All)
        {
            Assert.Equal("invalid_grant", await AnswerAsync(server, "rotating", old));
            Assert.Equal("invalid_client", await AnswerAsync(server, "rotating", next));
        }

        await instances.Database.ExecuteAsync(
            "UPDATE oauth_clients SET next_client_secret = $1, client_secret_expires_at = now() + interval '7 days' "
                + "WHERE client_id = 'rotating'", Hash(next));
        foreach (var server in instances.All)
        {
            await BecomesAsync(server, "rotating", next, "invalid_grant");
            Assert.Equal("invalid_grant", await AnswerAsync(server, "rotating", old));
            Assert.Equal("invalid_client", await AnswerAsync(server, "rotating", "neither-of-the-two"));
        }

        await instances.Database.ExecuteAsync(
            "UPDATE oauth_clients SET client_secret = next_client_secret, client_secret_expires_at = NULL, "
                + "next_client_secret = NULL WHERE client_id = 'rotating'");
        foreach (var server in instances.All)
        {
            await BecomesAsync(server, "rotating", old, "invalid_client");
            Assert.Equal("invalid_grant", await AnswerAsync(server, "rotating", next));
        }
    }

    [Fact]
    public async Task A_secret_ends_at_its_date_although_nobody_touches_the_row()
    {
        const string old = "the-ending-demo-secret";
        const string next = "the-following-demo-secret";
        await InsertAsync("ending", Hash(old), "web");
        await instances.Database.ExecuteAsync(
            """
            UPDATE oauth_clients SET client_secret_expires_at = now() + interval '4 seconds',
                next_client_secret = $1, next_client_secret_expires_at = now() + interval '1 hour'
                WHERE client_id = 'ending'
            """, Hash(next));
        var server = instances.First;
        await BecomesAsync(server, "ending", next, "invalid_grant");
        await BecomesAsync(server, "ending", old, "invalid_client");
        Assert.Equal("invalid_grant", await AnswerAsync(server, "ending", next));

        await instances.Database.ExecuteAsync(
            "UPDATE oauth_clients SET next_client_secret_expires_at = now() - interval '1 second' "
                + "WHERE client_id = 'ending'");
        await BecomesAsync(server, "ending", next, "invalid_client");
    }

    [Fact]
    public async Task A_lost_listener_comes_back_by_itself()
    {
        var ended = await instances.Database.QueryAsync(
            "SELECT pg_terminate_backend(pid), pid FROM pg_stat_activity WHERE datname = current_database() "
                + "AND query = 'LISTEN oauth_clients_changed'");
        Assert.Equal(2, ended.Count);
        foreach (var server in instances.All)
            Assert.Equal("invalid_client", await AnswerAsync(server, "after-the-loss"));

        await InsertAsync("after-the-loss", null, "browser");

        foreach (var server in instances.All) await BecomesAsync(server, "after-the-loss", null, "invalid_grant");
        var pids = ended.Select(row => (int)row["pid"]!).ToArray();
        await Eventually.BecomesTrue(
            async () => await instances.Database.ScalarAsync<long>(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
                    + "AND query = 'LISTEN oauth_clients_changed' AND pid <> ALL ($1)", pids) == 2,
            Soon, "both instances listen again");
    }

    [Fact]
    [Row("REG-03")]
    public async Task The_example_file_runs_as_it_is_and_its_clients_work()
    {
        await instances.Database.ExecuteAsync(
            await File.ReadAllTextAsync(ExampleFile(), TestContext.Current.CancellationToken));

        await BecomesAsync(instances.First, "acme-web", "demo-web-secret", "invalid_grant");
        await BecomesAsync(instances.First, "acme-spa", null, "invalid_grant");
        await BecomesAsync(instances.First, "acme-cli", null, "invalid_grant");
        Assert.Equal(
            HttpStatusCode.SeeOther,
            await AuthorizeAsync(instances.First, "acme-cli", "http://127.0.0.1:50123/callback"));
        Assert.Equal("invalid_client", await AnswerAsync(instances.First, "acme-spa", "any-secret"));
    }

    private static string Hash(string secret) => BCrypt.Net.BCrypt.HashPassword(secret, 10);

    private static string ExampleFile()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var file = Path.Combine(folder.FullName, "migrations", "seeds", "example_clients.sql");
            if (File.Exists(file)) return file;
        }

        throw new FileNotFoundException("migrations/seeds/example_clients.sql");
    }

    private Task<int> InsertAsync(string clientId, string? secretHash, string type) =>
        instances.Database.ExecuteAsync(Insert, clientId, secretHash, type, Uri);

    private static async Task<string?> AnswerAsync(TestServer server, string clientId, string? secret = null) =>
        (await server.AuthenticateAsync(clientId, secret)).Error;

    private static Task BecomesAsync(TestServer server, string clientId, string? secret, string answer) =>
        Eventually.BecomesTrue(
            async () => await AnswerAsync(server, clientId, secret) == answer, Soon, $"{clientId} gets {answer}");

    private static async Task<HttpStatusCode> AuthorizeAsync(TestServer server, string clientId, string redirectUri)
    {
        using var answer = await server.Http.GetAsync(
            new Uri(AuthorizationAsk.For(clientId, redirectUri).Path, UriKind.Relative));
        return answer.StatusCode;
    }

    /// <summary>Two instances on one database.</summary>
    public sealed class Instances : OwnServer
    {
        private TestServer? _second;

        public TestServer First => Server;

        public TestServer Second => _second!;

        public IReadOnlyList<TestServer> All => [First, Second];

        public override async ValueTask InitializeAsync()
        {
            await base.InitializeAsync();
            if (Deployment.UnderTest is null) _second = await TestServer.StartAsync(new() { Database = Database });
        }

        public override async ValueTask DisposeAsync()
        {
            if (_second is not null) await _second.DisposeAsync();
            await base.DisposeAsync();
        }
    }
}
