using System.Text;
using OAuthServer.ServerTests.Fixtures;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Endpoints.Token.Grants;

/// <summary>
/// What the rows of client authentication and of the life of a refresh token say holds at the refresh grant's own
/// address too (REF-12); CAUTH-03, -04, -06, -08 and -10, and most REF rows, are theories over both addresses
/// elsewhere.
/// </summary>
[JudgesDeployment]
[Collection(SharedServer.Name)]
public sealed class RefreshAliasTests(SharedServer tokens)
{
    private const string Alias = "/oauth/refresh";

    public static TheoryData<string> Paths => ["/oauth/token", Alias];

    [Fact]
    [Row("REF-12")]
    [Row("CAUTH-01")]
    [Row("CAUTH-02")]
    [Row("CAUTH-07")]
    public async Task Basic_and_body_credentials_work_as_at_the_token_endpoint()
    {
        const string id = "my client:1";
        const string secret = "a+b% c:d&e=f\"g é";
        var current = await tokens.Server.PostFormAsync(
            "/oauth/token",
            ("grant_type", "authorization_code"),
            ("code", await tokens.CodeAsync(AuthorizationAsk.For(id, TestData.WebRedirectUri))),
            ("code_verifier", AuthorizationAsk.Verifier),
            ("client_id", id),
            ("client_secret", secret));
        var encoded = (Id: Encode(id), Secret: Encode(secret));

        (await SendAsync(current.IsTokens().RefreshToken, "", Basic(id, secret))).IsUnauthorized();
        (await SendAsync(current.RefreshToken, "", Basic(encoded.Id, secret))).IsUnauthorized();
        (await SendAsync(current.RefreshToken, "&client_id=demo-web", Basic(encoded.Id, encoded.Secret)))
            .IsError("invalid_request");
        current = (await SendAsync(current.RefreshToken, "", Basic(encoded.Id, encoded.Secret))).IsTokens();
        current = (await SendAsync(
            current.RefreshToken,
            $"&client_id={encoded.Id}",
            Basic(encoded.Id, encoded.Secret).Replace("Basic", "basic", StringComparison.Ordinal))).IsTokens();
        (await SendAsync(current.RefreshToken, $"&client_id={encoded.Id}&client_secret={encoded.Secret}", null))
            .IsTokens();
    }

    [Fact]
    [Row("REF-12")]
    [Row("CAUTH-09")]
    public async Task A_public_client_has_no_secret_here_either()
    {
        var spa = await tokens.TokensAsync(AuthorizationAsk.For(TestData.Spa, TestData.SpaRedirectUri), TestData.Spa);

        (await SendAsync(spa.RefreshToken, $"&client_id={TestData.Spa}&client_secret=anything", null)).IsUnauthorized();
        (await SendAsync(spa.RefreshToken, "", Basic(TestData.Spa, "x"))).IsUnauthorized();
        var next = (await SendAsync(spa.RefreshToken, $"&client_id={TestData.Spa}", null)).IsTokens();
        (await SendAsync(next.RefreshToken, "", Basic(TestData.Spa, ""))).IsTokens();
    }

    [Fact]
    [Row("REF-12")]
    [Row("CAUTH-05")]
    [Row("CAUTH-11")]
    [Row("CAUTH-14")]
    public async Task Wrong_long_and_unknown_secrets_are_refused_before_the_token_is_looked_at()
    {
        var secret = string.Concat(Enumerable.Repeat("s3cret-7", 9));
        var first = await tokens.TokensAsync();

        var wrong = (await SendAsync(first.RefreshToken, "&client_id=demo-web&client_secret=wrong", null))
            .IsUnauthorized();
        var unknown = (await SendAsync(first.RefreshToken, "&client_id=nobody&client_secret=wrong", null))
            .IsUnauthorized();
        Assert.Equal(wrong.Body, unknown.Body);
        (await SendAsync("unknown", "&client_id=demo-web&client_secret=wrong", null)).IsUnauthorized();
        (await SendAsync("unknown", $"&client_id=long-secret&client_secret={secret}x", null)).IsUnauthorized();
        (await SendAsync("unknown", $"&client_id=long-secret&client_secret={secret}%00", null))
            .IsError("invalid_request");
        (await SendAsync("unknown", $"&client_id=long-secret&client_secret={secret}", null)).IsError("invalid_grant");
        (await tokens.Server.RefreshAsync(first.RefreshToken, path: Alias)).IsTokens();
    }

    [Theory]
    [Row("REF-09")]
    [Row("REF-12")]
    [MemberData(nameof(Paths))]
    public async Task A_withdrawn_grant_and_a_disabled_client_end_refresh(string path)
    {
        var id = "ended" + path.Replace('/', '-');
        await tokens.AddClientAsync(id);
        var ask = AuthorizationAsk.For(id, TestData.WebRedirectUri);
        var (withdrawn, code) = (await tokens.TokensAsync(ask, id), await tokens.CodeAsync(ask));
        var form = await TestBrowser.FormAsync(await tokens.Browser.GetAsync("/account/sign-out"), "/account/sign-out");
        using (await tokens.Browser.PostAsync("/account/connections/withdraw", new Dictionary<string, string>
        {
            ["antiforgery"] = form.Fields["antiforgery"],
            ["client_id"] = id,
        })) { }
        (await tokens.Server.RefreshAsync(withdrawn.RefreshToken, id, path: path)).IsError("invalid_grant");
        (await tokens.Server.RedeemAsync(code, id)).IsError("invalid_grant");

        var live = await tokens.TokensAsync(ask, id);
        await tokens.Database.ExecuteAsync("UPDATE oauth_clients SET disabled_at = now() WHERE client_id = $1", id);
        await Eventually.BecomesTrue(
            async () => (await tokens.Server.RefreshAsync("unknown", id, path: path)).Error == "invalid_client",
            TimeSpan.FromSeconds(5),
            "the client is refused");
        (await tokens.Server.RefreshAsync(live.RefreshToken, id, path: path)).IsUnauthorized();
    }

    [Theory]
    [Row("REF-13")]
    [Row("REF-12")]
    [MemberData(nameof(Paths))]
    public async Task The_window_closes_at_its_end_and_not_before(string path)
    {
        var (early, late) = (await tokens.TokensAsync(), await tokens.TokensAsync());
        var next = (await tokens.Server.RefreshAsync(early.RefreshToken, path: path)).IsTokens();
        await tokens.Database.AgeAsync(TimeSpan.FromSeconds(20));
        Assert.Equal(
            next.RefreshToken,
            (await tokens.Server.RefreshAsync(early.RefreshToken, path: path)).IsTokens().RefreshToken);

        next = (await tokens.Server.RefreshAsync(late.RefreshToken, path: path)).IsTokens();
        await tokens.Database.AgeAsync(TimeSpan.FromSeconds(31));
        (await tokens.Server.RefreshAsync(late.RefreshToken, path: path)).IsError("invalid_grant");
        (await tokens.Server.RefreshAsync(next.RefreshToken, path: path)).IsError("invalid_grant");
        Assert.True(await tokens.Server.IsRevokedAsync(next.AccessToken!));
    }

    private static string Encode(string text) =>
        Uri.EscapeDataString(text).Replace("%20", "+", StringComparison.Ordinal);

    private static string Basic(string id, string secret) =>
        "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{id}:{secret}"));

    private Task<Reply> SendAsync(string? refreshToken, string credentials, string? authorization) =>
        tokens.Server.PostRawAsync(
            Alias,
            $"grant_type=refresh_token&refresh_token={refreshToken}{credentials}",
            headers: authorization is null ? [] : [("Authorization", authorization)]);
}
