using System.Net;
using Microsoft.IdentityModel.JsonWebTokens;
using OAuthServer.ServerTests.Fixtures;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Clients;

/// <summary>
/// What an operator changes in <c>oauth_resources</c>, on every instance; and a database without a default API.
/// </summary>
public sealed class ResourceChangesLiveTests : IAsyncLifetime
{
    private const string Files = "https://files.example";

    // The server promises a second. A busy machine gets more, but far less than the five minutes that these servers
    // remember for.
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(15);

    private static readonly Uri Metadata = new("/.well-known/oauth-authorization-server", UriKind.Relative);

    private TestServer _server = null!;

    public async ValueTask InitializeAsync() =>
        _server = await TestServer.StartAsync(new()
        {
            Settings = new Dictionary<string, string?> { ["Clients:CacheLifetime"] = "00:05:00" },
        });

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact, Row("META-02")]
    public async Task A_change_is_live_on_a_second_instance_long_before_the_cache_expires()
    {
        await using var second = await TestServer.StartAsync(new()
        {
            Database = _server.Database,
            Settings = new Dictionary<string, string?> { ["Clients:CacheLifetime"] = "00:05:00" },
        });
        await _server.AddApiAsync(Files, """{"files:read": "See your files"}""", TestData.Web);
        await second.ServesAsync("\"files:read\"");
        await second.ServesAsync($"\"protected_resources\":[\"{TestServer.Issuer}\",\"{Files}\"]");
        using var browser = new TestBrowser(_server);
        await Eventually.BecomesTrue(
            async () => await AnswerAsync(browser, "files:read", Files) is not "invalid_target",
            Soon,
            "the API is known");

        await _server.Database.ExecuteAsync(
            "UPDATE oauth_resources SET scopes = '{\"files:list\": \"List your files\"}', disabled_at = NULL "
                + "WHERE resource = $1",
            Files);
        await second.ServesAsync("\"files:list\"");
        await _server.Database.ExecuteAsync("DELETE FROM oauth_resources WHERE resource = $1", Files);
        await Eventually.BecomesTrue(
            async () => !(await second.Http.GetStringAsync(Metadata)).Contains(Files, StringComparison.Ordinal),
            Soon,
            "it is listed no more");
        await Eventually.BecomesTrue(
            async () => await AnswerAsync(browser, "files:list", Files) is "invalid_target",
            Soon,
            "it is known no more");
    }

    [Fact]
    public async Task A_disabled_API_gets_no_tokens_and_its_sessions_go_on_when_it_is_enabled_again()
    {
        await _server.AddApiAsync(Files, """{"files:read": "See your files"}""", TestData.Web);
        using var browser = new TestBrowser(_server);
        await browser.SignInAsync();
        await Eventually.BecomesTrue(
            async () => await AnswerAsync(browser, "files:read", Files) is null, Soon, "the API is known");
        var ask = ResourceServer.Ask("files:read", Files);
        var tokens = (await _server.RedeemAsync((await browser.AuthorizeAsync(ask)).Code)).IsTokens();
        var code = (await browser.AuthorizeAsync(ask)).Code;

        await _server.Database.ExecuteAsync(
            "UPDATE oauth_resources SET disabled_at = now() WHERE resource = $1", Files);
        await Eventually.BecomesTrue(
            async () => await AnswerAsync(browser, "files:read", Files) is "invalid_target", Soon, "it is disabled");
        (await _server.RefreshAsync(tokens.RefreshToken)).IsError("invalid_target");
        (await _server.RedeemAsync(code)).IsError("invalid_target");
        Assert.DoesNotContain(
            Files,
            await _server.Http.GetStringAsync(Metadata, TestContext.Current.CancellationToken),
            StringComparison.Ordinal);

        await _server.Database.ExecuteAsync("UPDATE oauth_resources SET disabled_at = NULL WHERE resource = $1", Files);
        await Eventually.BecomesTrue(
            async () => await AnswerAsync(browser, "files:read", Files) is null, Soon, "it is enabled");
        (await _server.RefreshAsync(tokens.RefreshToken)).IsTokens();
        (await _server.RedeemAsync(code)).IsTokens();
    }

    [Fact]
    public async Task An_API_that_a_client_may_not_have_any_more_gets_no_tokens()
    {
        await _server.AddApiAsync(Files, """{"files:read": "See your files"}""", TestData.Web);
        using var browser = new TestBrowser(_server);
        await browser.SignInAsync();
        await Eventually.BecomesTrue(
            async () => await AnswerAsync(browser, "files:read", Files) is null, Soon, "the API is known");
        var tokens = (await _server.RedeemAsync(
            (await browser.AuthorizeAsync(ResourceServer.Ask("files:read", Files))).Code)).IsTokens();

        await _server.Database.ExecuteAsync(
            "UPDATE oauth_clients SET allowed_resources = '{}' WHERE client_id = $1", TestData.Web);
        await Eventually.BecomesTrue(
            async () => await AnswerAsync(browser, "files:read", Files) is "invalid_target",
            Soon,
            "it is allowed no more");
        (await _server.RefreshAsync(tokens.RefreshToken)).IsError("invalid_target");
        Assert.Equal(
            1,
            await _server.Database.ScalarAsync<long>(
                "SELECT count(*) FROM oauth_audit_events WHERE event = 'token_refused' "
                    + "AND reason = 'resource_not_allowed'"));
    }

    [Theory]
    [InlineData(60)]
    [InlineData(3600)]
    public async Task Access_tokens_live_as_long_as_their_API_says(int seconds)
    {
        await _server.Database.ExecuteAsync(
            "UPDATE oauth_resources SET access_token_lifetime = make_interval(secs => $1), resource = 'urn:notes'",
            seconds);
        using var browser = new TestBrowser(_server);
        await Eventually.BecomesTrue(
            async () => !(await _server.Http.GetStringAsync(Metadata))
                .Contains("protected_resources", StringComparison.Ordinal),
            Soon,
            "the new row is known");
        var tokens = (await _server.RedeemAsync((await browser.AuthorizeAsync(new AuthorizationAsk())).Code))
            .IsTokens();
        foreach (var answer in new[] { tokens, (await _server.RefreshAsync(tokens.RefreshToken)).IsTokens() })
        {
            var token = new JsonWebToken(answer.AccessToken);
            Assert.Equal(seconds, answer.Json!.Value.GetProperty("expires_in").GetInt32());
            Assert.Equal(
                (TimeSpan.FromSeconds(seconds), "urn:notes"),
                (token.ValidTo - token.IssuedAt, Assert.Single(token.Audiences)));
        }
    }

    [Fact]
    public async Task Without_a_default_API_a_request_has_to_name_one()
    {
        await _server.AddApiAsync(Files, """{"files:read": "See your files"}""", TestData.Web);
        await _server.Database.ExecuteAsync("UPDATE oauth_resources SET is_default = false");
        await using var anew = await TestServer.StartAsync(new() { Database = _server.Database });
        foreach (var server in new[] { _server, anew })
        {
            using var browser = new TestBrowser(server);
            await Eventually.BecomesTrue(
                async () => await AnswerAsync(browser, "read") is "invalid_target", Soon, "there is no default");
            var tokens = (await server.RedeemAsync(
                (await browser.AuthorizeAsync(ResourceServer.Ask("files:read", Files))).Code)).IsTokens();
            Assert.Equal(Files, ResourceServer.AudienceOf(tokens));
        }
    }

    // The error that the request is sent back with; null when it may go on.
    private static async Task<string?> AnswerAsync(TestBrowser browser, string scope, params string[] resources)
    {
        using var answer = await browser.GetAsync(ResourceServer.Ask(scope, resources).Path);
        return answer.StatusCode == HttpStatusCode.OK
            ? null
            : new AuthorizationAnswer(answer.Headers.Location!.OriginalString).Error;
    }
}
