using System.Net;
using Microsoft.Extensions.DependencyInjection;
using OAuthServer.Keys;
using OAuthServer.ServerTests.Fixtures;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Endpoints.Token;

/// <summary>
/// A key that is there and does not sign: nothing that was presented is used up, however long it takes to mend.
/// </summary>
public sealed class SigningFaultTests(SignedInServer flow) : IClassFixture<SignedInServer>
{
    private const string Audited = "SELECT count(*) FROM oauth_audit_events WHERE event = 'token_refused' "
        + "AND reason = 'signing_failed' AND correlation_id = $1";

    [Fact]
    public async Task A_code_that_could_not_be_answered_buys_its_tokens_later()
    {
        var code = await flow.CodeAsync();
        await using var broken = await StartBrokenAsync();
        for (var i = 0; i < 2; i++) await AssertUnavailableAsync(await broken.RedeemAsync(code));

        var tokens = await flow.Server.RedeemAsync(code);

        Assert.Equal(HttpStatusCode.OK, tokens.Status);
        Assert.Equal(1, await LiveTokensAsync(tokens));
        Assert.Equal(HttpStatusCode.OK, (await flow.Server.RefreshAsync(tokens.RefreshToken)).Status);
    }

    [Fact]
    public async Task A_client_that_could_not_be_answered_is_on_record_and_asks_again()
    {
        await flow.Database.ExecuteAsync(
            """
            INSERT INTO oauth_clients
                (client_id, client_secret, name, redirect_uris, allowed_scopes, default_scopes, grant_types)
            VALUES ('unsigned-service', $1, 'A service', '{}', '{read}', '{read}', '{client_credentials}')
            """,
            TestData.SecretHash);
        await using var broken = await StartBrokenAsync();

        await AssertUnavailableAsync(await AskAsync(broken));

        Assert.Equal(HttpStatusCode.OK, (await AskAsync(flow.Server)).Status);

        static Task<Reply> AskAsync(TestServer server) => server.PostFormAsync(
            "/oauth/token", ("grant_type", "client_credentials"),
            ("client_id", "unsigned-service"), ("client_secret", TestData.Secret));
    }

    [Theory]
    [InlineData("00:00:30")]
    [InlineData("00:00:00")]
    public async Task A_refresh_that_could_not_be_answered_is_repeated_after_any_time(string retryWindow)
    {
        var tokens = await flow.TokensAsync();
        await using var broken = await StartBrokenAsync(retryWindow);
        for (var i = 0; i < 2; i++) await AssertUnavailableAsync(await broken.RefreshAsync(tokens.RefreshToken));
        // An hour goes by: longer than any retry window.
        await flow.Database.ExecuteAsync(
            "UPDATE oauth_refresh_tokens SET rotated_at = rotated_at - interval '1 hour' WHERE rotated_at IS NOT NULL");
        await using var mended = await TestServer.StartAsync(new()
        {
            Database = flow.Database,
            Settings = Window(retryWindow),
        });

        var refreshed = await mended.RefreshAsync(tokens.RefreshToken);

        Assert.Equal(HttpStatusCode.OK, refreshed.Status);
        Assert.Equal(1, await LiveTokensAsync(refreshed));
        Assert.Equal(HttpStatusCode.OK, (await mended.RefreshAsync(refreshed.RefreshToken)).Status);
        // From here on it is an old token like any other.
        Assert.Equal("invalid_grant", (await mended.RefreshAsync(tokens.RefreshToken)).Error);
        Assert.True(await mended.IsRevokedAsync(refreshed.AccessToken!));
    }

    [Fact]
    public async Task A_code_that_was_replayed_meanwhile_stays_dead()
    {
        var code = await flow.CodeAsync();
        await using var broken = await StartBrokenAsync();
        // Whoever gives the code back waits here until the replay has been dealt with.
        await flow.Database.ExecuteAsync("""
            CREATE FUNCTION withdraw_it() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                UPDATE oauth_refresh_tokens SET revoked_at = now() WHERE id = NEW.id;
                UPDATE oauth_authorization_codes SET revoked_at = now() WHERE id = NEW.id;
                RETURN NULL; END $$
            """);
        await flow.Database.ExecuteAsync(
            "CREATE CONSTRAINT TRIGGER withdraw_it AFTER INSERT "
                + "ON oauth_refresh_tokens DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION withdraw_it()");
        try
        {
            Assert.Equal(HttpStatusCode.ServiceUnavailable, (await broken.RedeemAsync(code)).Status);
        }
        finally
        {
            await flow.Database.ExecuteAsync("DROP FUNCTION withdraw_it() CASCADE");
        }

        Assert.Equal("invalid_grant", (await flow.Server.RedeemAsync(code)).Error);
    }

    [Fact]
    public async Task A_refresh_that_was_withdrawn_meanwhile_is_not_given_back()
    {
        var tokens = await flow.TokensAsync();
        await using var broken = await StartBrokenAsync();
        await flow.Database.ExecuteAsync("""
            CREATE FUNCTION withdraw_family() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                UPDATE oauth_refresh_tokens SET revoked_at = now() WHERE id = NEW.id AND revoked_at IS NULL;
                RETURN NULL; END $$
            """);
        await flow.Database.ExecuteAsync(
            "CREATE CONSTRAINT TRIGGER withdraw_family AFTER UPDATE "
                + "ON oauth_refresh_tokens DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION "
                + "withdraw_family()");
        try
        {
            Assert.Equal(HttpStatusCode.ServiceUnavailable, (await broken.RefreshAsync(tokens.RefreshToken)).Status);
        }
        finally
        {
            await flow.Database.ExecuteAsync("DROP FUNCTION withdraw_family() CASCADE");
        }

        Assert.Equal(0, await flow.Database.ScalarAsync<long>(
            "SELECT count(*) FROM oauth_refresh_tokens WHERE revoked_at IS NOT NULL AND rotated_at = 'infinity'"));
        Assert.Equal("invalid_grant", (await flow.Server.RefreshAsync(tokens.RefreshToken)).Error);
    }

    [Fact]
    public async Task A_commit_that_fails_leaves_code_and_refresh_token_good()
    {
        var code = await flow.CodeAsync();
        var tokens = await flow.TokensAsync();
        await flow.Database.ExecuteAsync(
            "CREATE FUNCTION break_commit() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'broken' "
                + "USING ERRCODE = '53100'; END $$");
        await flow.Database.ExecuteAsync(
            "CREATE CONSTRAINT TRIGGER break_commit AFTER INSERT OR UPDATE "
                + "ON oauth_refresh_tokens DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION break_commit()");
        try
        {
            Assert.Equal(HttpStatusCode.ServiceUnavailable, (await flow.Server.RedeemAsync(code)).Status);
            Assert.Equal(
                HttpStatusCode.ServiceUnavailable, (await flow.Server.RefreshAsync(tokens.RefreshToken)).Status);
        }
        finally
        {
            await flow.Database.ExecuteAsync("DROP FUNCTION break_commit() CASCADE");
        }

        Assert.Equal(HttpStatusCode.OK, (await flow.Server.RedeemAsync(code)).Status);
        Assert.Equal(HttpStatusCode.OK, (await flow.Server.RefreshAsync(tokens.RefreshToken)).Status);
    }

    private async Task AssertUnavailableAsync(Reply reply)
    {
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "temporarily_unavailable"), (reply.Status, reply.Error));
        Assert.NotNull(reply.Headers.RetryAfter);
        Assert.Null(reply.RefreshToken);
        Assert.Equal(
            1, await flow.Database.ScalarAsync<long>(Audited, reply.Headers.GetValues("X-Correlation-Id").Single()));
    }

    private Task<long> LiveTokensAsync(Reply tokens) => flow.Database.ScalarAsync<long>(
        "SELECT count(*) FROM oauth_refresh_tokens WHERE revoked_at IS NULL AND replace(id::text, '-', '') = $1",
        new Microsoft.IdentityModel.JsonWebTokens.JsonWebToken(tokens.AccessToken).Id.Split('.')[0]);

    // The ring holds a key whose RSA object is gone: it is published, and throws when it is asked to sign.
    private async Task<TestServer> StartBrokenAsync(string retryWindow = "00:00:30")
    {
        var server = await TestServer.StartAsync(new() { Database = flow.Database, Settings = Window(retryWindow) });
        server.Services.GetRequiredService<KeyRing>().Current!.Signing.Dispose();
        return server;
    }

    private static Dictionary<string, string?> Window(string retryWindow) =>
        new() { ["OAuth:RefreshRetryWindow"] = retryWindow, ["Serilog:MinimumLevel:Default"] = "Fatal" };
}
