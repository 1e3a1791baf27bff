using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using OAuthServer.ServerTests.Fixtures;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Endpoints.Token;

/// <summary>
/// What fails on the server's side costs the app nothing: the code or refresh token is as good as before.
/// </summary>
public sealed class FailureAtomicityTests(SignedInServer flow) : IClassFixture<SignedInServer>
{
    [Fact]
    public async Task Without_a_signing_key_the_answer_is_503_and_code_and_refresh_token_stay_good()
    {
        var code = await flow.CodeAsync();
        var tokens = await flow.TokensAsync();
        await using var keyless = await StartWithoutKeyAsync();
        foreach (var reply in new[]
        {
            await keyless.RedeemAsync(code),
            await keyless.RefreshAsync(tokens.RefreshToken),
            await keyless.RefreshAsync(tokens.RefreshToken, path: "/oauth/refresh"),
        })
        {
            Assert.Equal((HttpStatusCode.ServiceUnavailable, "temporarily_unavailable"), (reply.Status, reply.Error));
            Assert.NotNull(reply.Headers.RetryAfter);
        }

        Assert.Equal(HttpStatusCode.OK, (await flow.Server.RedeemAsync(code)).Status);
        var refreshed = await flow.Server.RefreshAsync(tokens.RefreshToken);
        Assert.Equal(HttpStatusCode.OK, refreshed.Status);
        Assert.Equal(0, await flow.Database.ScalarAsync<long>(
            "SELECT count(*) FROM oauth_audit_events WHERE event = 'refresh_token_repeated'"));
    }

    [Theory]
    [InlineData("oauth_refresh_tokens", "53100")]
    [InlineData("oauth_audit_events", "53100")]
    [InlineData("oauth_audit_events", "XX000")]
    [InlineData("oauth_audit_events", "25006")]
    public async Task When_a_part_cannot_be_stored_nothing_is(string table, string sqlState)
    {
        const HttpStatusCode status = HttpStatusCode.ServiceUnavailable;
        var code = await flow.CodeAsync();
        var tokens = await flow.TokensAsync();
        await flow.Database.ExecuteAsync(
            $"CREATE FUNCTION break_it() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'broken' USING "
                + $"ERRCODE = '{sqlState}'; END $$");
        await flow.Database.ExecuteAsync(
            $"CREATE TRIGGER break_it BEFORE INSERT OR UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION break_it()");
        try
        {
            Assert.Equal(status, (await flow.Server.RedeemAsync(code)).Status);
            Assert.Equal(status, (await flow.Server.RefreshAsync(tokens.RefreshToken)).Status);
        }
        finally
        {
            await flow.Database.ExecuteAsync("DROP FUNCTION break_it() CASCADE");
        }

        Assert.Equal(HttpStatusCode.OK, (await flow.Server.RedeemAsync(code)).Status);
        Assert.Equal(HttpStatusCode.OK, (await flow.Server.RefreshAsync(tokens.RefreshToken)).Status);
        Assert.Equal(0, await flow.Database.ScalarAsync<long>(
            "SELECT count(*) FROM oauth_audit_events WHERE event = 'refresh_token_repeated'"));
    }

    // Nothing listens on that port, so no key ever comes; the health check goes, or the test would wait for a ready
    // server.
    private Task<TestServer> StartWithoutKeyAsync() => TestServer.StartAsync(new()
    {
        Database = flow.Database,
        Settings = new Dictionary<string, string?>
        {
            ["SigningKeys:Source"] = "SecretsManager",
            ["SigningKeys:ServiceUrl"] = "http://127.0.0.1:9",
            ["SigningKeys:Region"] = "eu-central-1",
            ["Serilog:MinimumLevel:Default"] = "Fatal",
        },
        Services = services => services.PostConfigure<HealthCheckServiceOptions>(health =>
            health.Registrations.Remove(health.Registrations.Single(check => check.Name == "signing-key"))),
    });
}
