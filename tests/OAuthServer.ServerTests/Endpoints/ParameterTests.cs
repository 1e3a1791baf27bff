using System.Net;
using OAuthServer.ServerTests.Fixtures;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Endpoints;

/// <summary>Repeated, empty, unknown and oversized parameters of the form endpoints (RFC 6749 §3.2).</summary>
[JudgesDeployment]
[Collection(SharedServer.Name)]
public sealed class ParameterTests(SharedServer shared)
{
    private TestServer Server => shared.Server;

    [Fact]
    [Row("GEN-02")]
    public async Task A_repeated_parameter_is_refused_at_the_token_endpoint_and_the_code_stays()
    {
        var code = await shared.CodeAsync();
        await RefusedAsync(
            "/oauth/token", Redemption(code), "client_assertion", "client_assertion_type", "refresh_token", "scope");
        Expect.Tokens(await Server.PostFormAsync("/oauth/token", Redemption(code)));
    }

    [Theory]
    [Row("GEN-02")]
    [InlineData("/oauth/token")]
    [InlineData("/oauth/refresh")]
    public async Task A_repeated_parameter_is_refused_at_a_refresh_and_the_token_stays(string path)
    {
        var token = (await Server.RedeemAsync(await shared.CodeAsync())).RefreshToken;
        (string, string?)[] refresh =
        [
            ("grant_type", "refresh_token"),
            ("refresh_token", token),
            ("scope", "read"),
            ("client_id", TestData.Web),
            ("client_secret", TestData.Secret),
        ];
        await RefusedAsync(path, refresh, "code", "redirect_uri", "code_verifier");
        Expect.Tokens(await Server.PostFormAsync(path, refresh));
    }

    [Fact]
    [Row("GEN-02")]
    public async Task A_repeated_parameter_is_refused_at_the_revocation_endpoint_and_nothing_is_revoked()
    {
        var token = (await Server.RedeemAsync(await shared.CodeAsync())).RefreshToken;
        await RefusedAsync(
            "/oauth/revoke",
            [
                ("token", token),
                ("token_type_hint", "refresh_token"),
                ("client_id", TestData.Web),
                ("client_secret", TestData.Secret),
            ]);
        Expect.Tokens(await Server.RefreshAsync(token));
    }

    [Fact]
    [Row("GEN-03")]
    public async Task An_empty_scope_and_unknown_parameters_are_ignored()
    {
        Expect.Tokens(
            await Server.PostFormAsync("/oauth/token", [.. Redemption(await shared.CodeAsync()), ("scope", "")]));
        Expect.Tokens(
            await Server.PostFormAsync("/oauth/token", [.. Redemption(await shared.CodeAsync()), ("foo", "bar")]));
        Expect.Tokens(
            await Server.PostFormAsync(
                "/oauth/token",
                [.. Redemption(await shared.CodeAsync()), ("foo", "bar"), ("foo", "bar"), ("foo", "")]));
    }

    [Fact]
    [Row("GEN-03")]
    public async Task An_empty_parameter_is_an_absent_one()
    {
        Expect.Error(await Server.RedeemAsync(code: ""), "invalid_request");
        Expect.Error(await Server.RedeemAsync(code: null), "invalid_request");
        Expect.Error(
            await Server.PostFormAsync("/oauth/token", ("grant_type", ""), ("client_id", TestData.Spa)),
            "invalid_request");
        Expect.Error(await Server.RefreshAsync(""), "invalid_request");
        Expect.Error(await Server.RevokeAsync(""), "invalid_request");
    }

    [Fact]
    [Row("GEN-03")]
    public async Task An_empty_secret_of_a_public_client_is_no_secret()
    {
        var code = await shared.CodeAsync(AuthorizationAsk.For(TestData.Spa, TestData.SpaRedirectUri));
        Expect.Tokens(await Server.PostFormAsync(
            "/oauth/token",
            ("grant_type", "authorization_code"),
            ("code", code),
            ("code_verifier", AuthorizationAsk.Verifier),
            ("redirect_uri", TestData.SpaRedirectUri),
            ("client_id", TestData.Spa),
            ("client_secret", "")));
    }

    [Theory]
    [Row("GEN-09")]
    [InlineData("/oauth/token", "code")]
    [InlineData("/oauth/token", "client_id")]
    [InlineData("/oauth/token", "client_secret")]
    [InlineData("/oauth/token", "foo")]
    [InlineData("/oauth/refresh", "refresh_token")]
    [InlineData("/oauth/revoke", "token")]
    public async Task A_parameter_of_20_kilobytes_is_refused(string path, string name) =>
        Expect.Error(
            await Server.PostFormAsync(
                path, [("client_id", name == "client_id" ? null : TestData.Spa), (name, new string('a', 20 * 1024))]),
            "invalid_request");

    [Theory]
    [Row("GEN-09")]
    [InlineData("/oauth/token")]
    [InlineData("/oauth/refresh")]
    [InlineData("/oauth/revoke")]
    public async Task A_body_over_64_kilobytes_is_refused(string path)
    {
        Expect.Error(
            await Server.PostRawAsync(path, "foo=" + new string('a', 64 * 1024)),
            "invalid_request",
            HttpStatusCode.RequestEntityTooLarge);
        var announced = await RawHttp.PostAnnouncedAsync(Server, path, long.MaxValue);
        Assert.Equal(
            (413, "application/json", "no-store"),
            (announced.Status, announced["Content-Type"], announced["Cache-Control"]));
        Assert.Contains("\"error\":\"invalid_request\"", announced.Body, StringComparison.Ordinal);
    }

    [Theory]
    [Row("GEN-09")]
    [InlineData("/oauth/token")]
    [InlineData("/oauth/revoke")]
    [InlineData("/oauth/authorize")]
    public async Task A_body_without_end_is_answered_before_it_is_read_whole(string path)
    {
        var reply = await RawHttp.PostEndlessAsync(Server, path, chunks: 5, chunkSize: 16 * 1024);
        Assert.InRange(reply.Status, 400, 413);
        Assert.Contains("invalid_request", reply.Body, StringComparison.Ordinal);
    }

    [Theory]
    [Row("GEN-09")]
    [InlineData("/oauth/token")]
    [InlineData("/oauth/refresh")]
    [InlineData("/oauth/revoke")]
    public async Task A_form_of_5000_keys_is_refused(string path) =>
        Expect.Error(
            await Server.PostRawAsync(path, string.Join('&', Enumerable.Range(0, 5000).Select(i => $"k{i}=1"))),
            "invalid_request");

    [Fact]
    [Row("GEN-09")]
    public async Task A_request_line_over_the_limit_is_refused()
    {
        var reply = await RawHttp.GetAsync(Server, "/oauth/authorize?state=" + new string('a', 64 * 1024));
        Assert.Contains(reply.Status, new[] { 414, 431 });
        Assert.Null(reply["Location"]);
    }

    [Theory]
    [Row("GEN-09")]
    [InlineData("code_challenge", "invalid_request")]
    [InlineData("scope", "invalid_scope")]
    [InlineData("nonce", "invalid_request")]
    [InlineData("extra", "invalid_request")]
    public async Task An_oversized_parameter_of_an_authorization_request_is_reported(string name, string error)
    {
        var ask = new AuthorizationAsk().With(name, new string('a', 20 * 1024));
        using var response = await shared.OpenAsync(ask);
        Expect.Redirect(response, error, ask);
    }

    [Theory]
    [Row("GEN-09")]
    [InlineData("client_id", "invalid_client")]
    [InlineData("redirect_uri", "invalid_redirect_uri")]
    public async Task An_oversized_client_or_redirect_uri_is_never_redirected(string name, string error) =>
        await Expect.PageAsync(
            shared.Browser,
            new AuthorizationAsk().With(name, "https://c.example/cb?" + new string('a', 20 * 1024)).Path,
            error);

    private static (string Name, string? Value)[] Redemption(string code) =>
    [
        ("grant_type", "authorization_code"), ("code", code), ("code_verifier", AuthorizationAsk.Verifier),
        ("redirect_uri", TestData.WebRedirectUri),
        ("client_id", TestData.Web), ("client_secret", TestData.Secret),
    ];

    // Each parameter of the request, and each further one that the endpoint knows, twice: with equal and with different
    // values.
    private async Task RefusedAsync(string path, (string Name, string? Value)[] request, params string[] further)
    {
        foreach (var (name, value) in request.Concat(further.Select(f => (f, (string?)"x"))))
        {
            var rest = request.Where(p => p.Name != name).ToArray();
            Expect.Error(await Server.PostFormAsync(path, [.. rest, (name, value), (name, value)]), "invalid_request");
            Expect.Error(
                await Server.PostFormAsync(path, [.. rest, (name, value), (name, "other")]), "invalid_request");
            Expect.Error(await Server.PostFormAsync(path, [.. rest, (name, ""), (name, value)]), "invalid_request");
        }
    }
}
