using System.Net;
using OAuthServer.Testing;

namespace OAuthServer.OperatorTests.Hosting;

/// <summary>The database answers, and says no: in whichever way, it is an outage, and ends by itself.</summary>
public sealed class DatabaseRefusalTests(ServedCluster served) : IClassFixture<ServedCluster>
{
    private static readonly TimeSpan Recovery = TimeSpan.FromSeconds(20);

    private readonly SeededCluster _cluster = served.Cluster;
    private readonly TestServer _server = served.Server;

    // What is done to it, what takes it back, and whether the database can be written meanwhile.
    public static TheoryData<string, string, bool> Refusals => new()
    {
        { "ALTER ROLE app SET default_transaction_read_only = on", "ALTER ROLE app RESET ALL", false },
        { "ALTER ROLE app PASSWORD 'rotated'", "ALTER ROLE app PASSWORD 'app'", false },
        { "ALTER ROLE app NOLOGIN", "ALTER ROLE app LOGIN", false },
        { "ALTER DATABASE @ CONNECTION LIMIT 0", "ALTER DATABASE @ CONNECTION LIMIT -1", false },
        { "REVOKE CONNECT ON DATABASE @ FROM PUBLIC", "GRANT CONNECT ON DATABASE @ TO PUBLIC", false },
        { "REVOKE ALL ON oauth_refresh_tokens FROM app", "GRANT ALL ON oauth_refresh_tokens TO app", true },
        { "REVOKE INSERT ON oauth_audit_events FROM app", "GRANT INSERT ON oauth_audit_events TO app", true },
        {
            "ALTER SEQUENCE oauth_audit_events_id_seq RESTART",
            "ALTER SEQUENCE oauth_audit_events_id_seq RESTART 100000", true
        },
        {
            "ALTER TABLE oauth_refresh_tokens RENAME token TO other",
            "ALTER TABLE oauth_refresh_tokens RENAME other TO token", true
        },
        {
            "ALTER TABLE oauth_refresh_tokens ADD CONSTRAINT never CHECK (false) NOT VALID",
            "ALTER TABLE oauth_refresh_tokens DROP CONSTRAINT never", true
        },
    };

    [Theory, Row("GEN-12")]
    [MemberData(nameof(Refusals))]
    public async Task A_database_that_says_no_is_an_outage_that_ends_by_itself(
        string refuse, string relent, bool writable)
    {
        var tokens = await _server.TokensAsync();
        using var browser = new TestBrowser(_server);
        await browser.SignInAsync();

        await SayAsync(refuse);

        var refused = await _server.RefreshAsync(tokens.RefreshToken);
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "temporarily_unavailable"), (refused.Status, refused.Error));
        Assert.True(refused.Headers.RetryAfter?.Delta > TimeSpan.Zero);
        Assert.DoesNotContain("Npgsql", refused.Body, StringComparison.Ordinal);
        var ready = await StatusAsync("/health/ready");
        Assert.Equal(writable ? HttpStatusCode.OK : HttpStatusCode.ServiceUnavailable, ready);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync("/health/documents"));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync("/health/live"));

        await SayAsync(relent);

        await Eventually.BecomesTrue(
            async () => await StatusAsync("/health/ready") == HttpStatusCode.OK, Recovery, "the server is ready again");
        var refreshed = await _server.RefreshAsync(tokens.RefreshToken);
        Assert.Equal((HttpStatusCode.OK, null), (refreshed.Status, refreshed.Error));
        Assert.NotNull((await browser.AuthorizeAsync(new AuthorizationAsk())).Code);
    }

    [Fact]
    public async Task A_plan_that_changed_is_met_once_at_most_by_each_connection()
    {
        var tokens = await _server.TokensAsync();
        for (var use = 0; use < 3; use++) tokens = await _server.RefreshAsync(tokens.RefreshToken);
        Assert.Equal(HttpStatusCode.OK, tokens.Status);

        await _cluster.ExecuteAsync("ALTER TABLE oauth_refresh_tokens ALTER scope TYPE varchar(4000)");
        // The pool is emptied by the first one, unless it was a moment ago: at most once a second.
        var connections = await _cluster.SessionsAsync();

        var met = 0L;
        for (var use = 0; use < 5 + connections; use++)
        {
            var next = await _server.RefreshAsync(tokens.RefreshToken);
            if (next.Status == HttpStatusCode.OK) tokens = next;
            else met++;
        }

        Assert.InRange(met, 0, connections);
        Assert.Equal(HttpStatusCode.OK, (await _server.RefreshAsync(tokens.RefreshToken)).Status);
    }

    [Theory]
    [InlineData("oauth_refresh_tokens")]
    [InlineData("oauth_audit_events")]
    public async Task A_lock_that_is_not_given_is_an_outage_within_the_stated_time(string table)
    {
        var tokens = await _server.TokensAsync();
        await using var connection = await _cluster.ConnectAsync();
        await using var transaction = await connection.BeginTransactionAsync(TestContext.Current.CancellationToken);
        await using (var hold = connection.CreateCommand())
        {
            hold.CommandText = $"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE";
            await hold.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }

        var refused = await _server.RefreshAsync(tokens.RefreshToken);

        Assert.Equal((HttpStatusCode.ServiceUnavailable, "temporarily_unavailable"), (refused.Status, refused.Error));
        await transaction.RollbackAsync(TestContext.Current.CancellationToken);
        // What was given up may have counted after all; the same token again gets the same successor.
        await Eventually.BecomesTrue(
            async () => (await _server.RefreshAsync(tokens.RefreshToken)).Status == HttpStatusCode.OK, Recovery,
            "the refresh counts");
    }

    // What holds for new sessions is met at once.
    private async Task SayAsync(string sql)
    {
        await _cluster.ExecuteAsync(sql.Replace("@", $"\"{_cluster.Name}\"", StringComparison.Ordinal));
        await _cluster.EndSessionsAsync();
    }

    private async Task<HttpStatusCode> StatusAsync(string path)
    {
        using var answer = await _server.Http.GetAsync(new Uri(path, UriKind.Relative));
        return answer.StatusCode;
    }
}
