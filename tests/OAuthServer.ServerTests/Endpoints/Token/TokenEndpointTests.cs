using System.Net;
using System.Text.Json;
using OAuthServer.ServerTests.Fixtures;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Endpoints.Token;

/// <summary>What holds for every grant of the token endpoint (TOK-01 to TOK-06).</summary>
[JudgesDeployment]
[Collection(SharedServer.Name)]
public sealed class TokenEndpointTests(SharedServer tokens)
{
    [Theory]
    [Row("TOK-01")]
    [InlineData(null, "invalid_request")]
    [InlineData("", "invalid_request")]
    [InlineData("foo", "unsupported_grant_type")]
    [InlineData("password", "unsupported_grant_type")]
    [InlineData("implicit", "unsupported_grant_type")]
    [InlineData("Authorization_Code", "unsupported_grant_type")]
    [InlineData("authorization_code ", "unsupported_grant_type")]
    [InlineData("urn:ietf:params:oauth:grant-type:jwt-bearer", "unsupported_grant_type")]
    public async Task The_grant_type_is_required_and_known(string? grantType, string error)
    {
        var code = await tokens.CodeAsync();

        (await tokens.Server.PostFormAsync(
            "/oauth/token",
            ("grant_type", grantType),
            ("code", code),
            ("code_verifier", AuthorizationAsk.Verifier),
            ("username", TestData.Email),
            ("password", TestData.Password),
            ("client_id", TestData.Web), ("client_secret", TestData.Secret))).IsError(error);

        (await tokens.Server.RedeemAsync(code)).IsTokens();
    }

    [Fact]
    [Row("TOK-02")]
    public async Task A_client_uses_only_its_own_grants()
    {
        (await tokens.Server.RedeemAsync(await tokens.CodeAsync(), "no-codes")).IsError("unauthorized_client");
        (await tokens.Server.RefreshAsync("unknown", "no-refresh")).IsError("unauthorized_client");
        (await tokens.Server.RefreshAsync("unknown", "no-refresh", path: "/oauth/refresh"))
            .IsError("unauthorized_client");
    }

    [Fact]
    [Row("TOK-03")]
    public async Task The_members_have_the_right_types()
    {
        var first = await tokens.TokensAsync();
        foreach (var reply in new[] { first, await tokens.Server.RefreshAsync(first.RefreshToken) })
        {
            var members = reply.IsTokens().Json!.Value.EnumerateObject()
                .ToDictionary(member => member.Name, member => member.Value);
            Assert.Equal(
                ["access_token", "expires_in", "refresh_token", "scope", "token_type"],
                members.Keys.Order(StringComparer.Ordinal));
            Assert.Equal("Bearer", members["token_type"].GetString());
            Assert.Equal("900", members["expires_in"].GetRawText());
            Assert.All(
                members.Where(member => member.Key != "expires_in"),
                member => Assert.Equal(JsonValueKind.String, member.Value.ValueKind));
            Assert.Null(reply.Headers.Location);
        }
    }

    [Fact]
    [Row("TOK-04")]
    public async Task The_scope_is_stated_and_cannot_grow()
    {
        // Nothing was asked for, so the client's default was granted.
        Assert.Equal("read", (await tokens.TokensAsync(new AuthorizationAsk().With("scope", null))).Scope);
        var wider = await tokens.Server.PostFormAsync(
            "/oauth/token",
            ("grant_type", "authorization_code"),
            ("code", await tokens.CodeAsync()),
            ("code_verifier", AuthorizationAsk.Verifier),
            ("scope", "read write"),
            ("client_id", TestData.Web), ("client_secret", TestData.Secret));

        Assert.Equal("read", wider.IsTokens().Scope);
        Assert.Equal(
            "read",
            new Microsoft.IdentityModel.JsonWebTokens.JsonWebToken(wider.AccessToken).GetPayloadValue<string>("scope"));
        Assert.Equal("read", (await tokens.Server.RefreshAsync(wider.RefreshToken)).IsTokens().Scope);
        (await tokens.Server.RefreshAsync(wider.RefreshToken, scope: "write")).IsError("invalid_scope");
    }

    [Fact]
    [Row("TOK-05")]
    public async Task A_client_without_the_refresh_grant_gets_no_refresh_token()
    {
        var reply = await tokens.TokensAsync(AuthorizationAsk.For("codes-only", TestData.WebRedirectUri), "codes-only");

        Assert.False(reply.Json!.Value.TryGetProperty("refresh_token", out _));
        Assert.Equal(0, await tokens.Database.ScalarAsync<long>(
            "SELECT count(*) FROM oauth_refresh_tokens WHERE client_id = 'codes-only'"));
    }

    [Fact]
    [Row("TOK-06")]
    public async Task A_browser_session_is_no_client_authentication_and_no_answer_sets_a_cookie()
    {
        var code = await tokens.CodeAsync();
        var first = await tokens.TokensAsync();
        Assert.NotEmpty(tokens.Browser.Cookies);
        var cookies = tokens.Browser.SetCookies.Count;

        await RefusedAsync(
            "/oauth/token",
            ("grant_type", "authorization_code"),
            ("code", code),
            ("code_verifier", AuthorizationAsk.Verifier));
        await RefusedAsync(
            "/oauth/token",
            ("grant_type", "refresh_token"),
            ("refresh_token", first.RefreshToken!),
            ("client_id", TestData.Web));
        await RefusedAsync("/oauth/refresh", ("refresh_token", first.RefreshToken!), ("client_id", TestData.Web));
        await RefusedAsync("/oauth/revoke", ("token", first.RefreshToken!), ("client_id", TestData.Web));
        using var normal = await tokens.Browser.PostAsync("/oauth/token", Fields(
            ("grant_type", "authorization_code"),
            ("code", code),
            ("code_verifier", AuthorizationAsk.Verifier),
            ("client_id", TestData.Web),
            ("client_secret", TestData.Secret)));

        Assert.Equal(HttpStatusCode.OK, normal.StatusCode);
        Assert.Equal(cookies, tokens.Browser.SetCookies.Count);
    }

    private async Task RefusedAsync(string path, params (string Name, string Value)[] parameters)
    {
        using var withCookie = await tokens.Browser.PostAsync(path, Fields(parameters));
        var reply = (await Reply.ReadAsync(withCookie)).IsUnauthorized();
        Assert.Equal(
            (await tokens.Server.PostFormAsync(path, [.. parameters.Select(p => (p.Name, (string?)p.Value))])).Body,
            reply.Body);
    }

    private static IEnumerable<KeyValuePair<string, string>> Fields(params (string Name, string Value)[] parameters) =>
        parameters.Select(parameter => new KeyValuePair<string, string>(parameter.Name, parameter.Value));
}
