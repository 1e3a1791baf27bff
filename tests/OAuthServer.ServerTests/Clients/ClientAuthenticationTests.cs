using System.Text;
using Microsoft.IdentityModel.JsonWebTokens;
using OAuthServer.ServerTests.Fixtures;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Clients;

/// <summary>How a client says who it is (CAUTH-01 to CAUTH-10).</summary>
[JudgesDeployment]
[Collection(SharedServer.Name)]
public sealed class ClientAuthenticationTests(SharedServer tokens)
{
    private const string AwkwardId = "my client:1";
    private const string AwkwardSecret = "a+b% c:d&e=f\"g é";

    /// <summary>
    /// The form endpoints, with a body that succeeds for an authenticated client and changes nothing that matters.
    /// </summary>
    public static TheoryData<string> Endpoints => ["/oauth/token", "/oauth/refresh", "/oauth/revoke"];

    [Fact]
    [Row("CAUTH-01")]
    public async Task Basic_credentials_are_form_encoded_before_they_are_joined()
    {
        var code = await tokens.CodeAsync(AuthorizationAsk.For(AwkwardId, TestData.WebRedirectUri));
        var encodedId = Uri.EscapeDataString(AwkwardId).Replace("%20", "+", StringComparison.Ordinal);

        (await TokenAsync(code, Basic(AwkwardId, AwkwardSecret))).IsUnauthorized();
        (await TokenAsync(code, Basic(encodedId, AwkwardSecret))).IsUnauthorized();
        (await TokenAsync(
            code,
            Basic(encodedId, Uri.EscapeDataString(AwkwardSecret).Replace("%20", "+", StringComparison.Ordinal))))
            .IsTokens();
    }

    [Fact]
    [Row("CAUTH-02")]
    public async Task Basic_and_body_both_work_for_a_client_with_a_secret()
    {
        (await TokenAsync(await tokens.CodeAsync(), Basic(TestData.Web, TestData.Secret))).IsTokens();
        (await TokenAsync(await tokens.CodeAsync(), null, $"client_id={TestData.Web}&client_secret={TestData.Secret}"))
            .IsTokens();
    }

    [Theory]
    [Row("CAUTH-03")]
    [Row("CAUTH-04")]
    [MemberData(nameof(Endpoints))]
    public async Task Failed_authentication_is_401_with_a_challenge_by_either_method(string path)
    {
        foreach (var (id, secret) in new[]
        {
            (TestData.Web, "wrong"),
            ("nobody", TestData.Secret),
            (TestData.Web, TestData.Secret + "x"),
            (TestData.Web.ToUpperInvariant(), TestData.Secret),
        })
        {
            (await SendAsync(path, "", Basic(id, secret))).IsUnauthorized();
            (await SendAsync(path, $"&client_id={id}&client_secret={secret}", null)).IsUnauthorized();
        }
    }

    [Theory]
    [Row("CAUTH-06")]
    [MemberData(nameof(Endpoints))]
    public async Task Two_methods_at_once_are_an_error(string path)
    {
        const string assertion =
            "&client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer"
                + "&client_assertion=a.b.c";
        var basic = Basic(TestData.Web, TestData.Secret);

        (await SendAsync(path, $"&client_id={TestData.Web}&client_secret={TestData.Secret}", basic))
            .IsError("invalid_request");
        (await SendAsync(path, $"&client_secret={TestData.Secret}", basic)).IsError("invalid_request");
        (await SendAsync(path, assertion, basic)).IsError("invalid_request");
        (await SendAsync(path, $"&client_id={TestData.Web}&client_secret={TestData.Secret}{assertion}", null))
            .IsError("invalid_request");
    }

    [Fact]
    [Row("CAUTH-07")]
    public async Task A_client_id_beside_Basic_must_be_the_same()
    {
        (await TokenAsync(await tokens.CodeAsync(), Basic(TestData.Web, TestData.Secret), $"client_id={TestData.Web}"))
            .IsTokens();
        var code = await tokens.CodeAsync();
        (await TokenAsync(code, Basic(TestData.Web, TestData.Secret), $"client_id={TestData.OtherWeb}"))
            .IsError("invalid_request");
        (await TokenAsync(code, Basic(TestData.Web, TestData.Secret))).IsTokens();
    }

    [Theory]
    [Row("CAUTH-08")]
    [MemberData(nameof(Endpoints))]
    public async Task No_or_too_little_authentication_is_refused_and_consumes_nothing(string path)
    {
        var code = await tokens.CodeAsync();
        var first = await tokens.TokensAsync();
        var body = path == "/oauth/revoke"
            ? $"token={first.RefreshToken}"
            : $"grant_type=refresh_token&refresh_token={first.RefreshToken}";
        foreach (var credentials in new[]
        {
            "",
            $"&client_id={TestData.Web}",
            $"&client_id={TestData.Web}&client_secret=",
            $"&client_secret={TestData.Secret}",
            "&client_id=",
        })
        {
            (await tokens.Server.PostRawAsync(path, body + credentials)).IsUnauthorized();
            (await tokens.Server.PostRawAsync(
                "/oauth/token",
                $"grant_type=authorization_code&code={code}&code_verifier={AuthorizationAsk.Verifier}{credentials}"))
                .IsUnauthorized();
        }

        (await tokens.Server.RedeemAsync(code)).IsTokens();
        (await tokens.Server.RefreshAsync(first.RefreshToken)).IsTokens();
        Assert.Equal(0, await tokens.Database.ScalarAsync<long>(
            "SELECT count(*) FROM oauth_audit_events WHERE event = 'refresh_token_repeated' "
                + "AND replace(grant_id::text, '-', '') = $1", new JsonWebToken(first.AccessToken).Id.Split('.')[0]));
    }

    [Fact]
    [Row("CAUTH-09")]
    public async Task A_public_client_has_no_secret()
    {
        var code = await tokens.CodeAsync(AuthorizationAsk.For(TestData.Spa, TestData.SpaRedirectUri));

        (await TokenAsync(code, null, $"client_id={TestData.Spa}&client_secret=anything")).IsUnauthorized();
        (await TokenAsync(code, null, $"client_id={TestData.Spa}&client_secret={TestData.Secret}")).IsUnauthorized();
        (await TokenAsync(code, Basic(TestData.Spa, "x"))).IsUnauthorized();
        (await TokenAsync(code, Basic(TestData.Spa, " "))).IsUnauthorized();
        (await TokenAsync(code, null, $"client_id={TestData.Spa}")).IsTokens();
    }

    [Fact]
    [Row("CAUTH-09")]
    public async Task An_empty_password_is_no_secret()
    {
        var ask = AuthorizationAsk.For(TestData.Spa, TestData.SpaRedirectUri);
        (await TokenAsync(await tokens.CodeAsync(ask), Basic(TestData.Spa, ""))).IsTokens();
        var named = $"client_id={TestData.Spa}";
        (await TokenAsync(await tokens.CodeAsync(ask), Basic(TestData.Spa, ""), named)).IsTokens();
        var token = (await tokens.TokensAsync(ask, TestData.Spa)).RefreshToken;
        (await RefreshAsync(token, Basic(TestData.Spa, ""))).IsTokens();
        (await tokens.Server.PostRawAsync(
            "/oauth/revoke", $"token={token}", headers: Header(Basic(TestData.Spa, "")))).IsDone();
    }

    [Theory]
    [Row("CAUTH-09")]
    [MemberData(nameof(Endpoints))]
    public async Task An_empty_password_of_a_client_with_a_secret_is_refused(string path)
    {
        foreach (var id in (string[])[TestData.Web, TestData.OtherWeb, TestData.Legacy, "nobody"])
        {
            (await SendAsync(path, "", Basic(id, ""))).IsUnauthorized();
            (await SendAsync(path, $"&client_id={id}", Basic(id, ""))).IsUnauthorized();
        }
    }

    [Theory]
    [Row("CAUTH-10")]
    [InlineData("Bearer x")]
    [InlineData("Bearer eyJhbGciOiJSUzI1NiJ9.eyJleHAiOjF9.c2ln")]
    [InlineData("DPoP x")]
    [InlineData("Negotiate YII=")]
    [InlineData("undefined")]
    public async Task A_header_of_another_scheme_beside_credentials_in_the_body_is_ignored(string header)
    {
        var ask = AuthorizationAsk.For(TestData.Spa, TestData.SpaRedirectUri);
        (await TokenAsync(await tokens.CodeAsync(ask), header, $"client_id={TestData.Spa}")).IsTokens();
        var secret = $"client_id={TestData.Web}&client_secret={TestData.Secret}";
        (await TokenAsync(await tokens.CodeAsync(), header, secret)).IsTokens();
        (await TokenAsync("x", header, $"client_id={TestData.Web}")).IsUnauthorized();
        (await TokenAsync("x", header, $"client_id={TestData.Web}&client_secret=wrong")).IsUnauthorized();
    }

    [Theory]
    [Row("CAUTH-10")]
    [InlineData("Basic")]
    [InlineData("Basic ")]
    [InlineData("Basic !!")]
    [InlineData("Basic ZGVtby13ZWI=")] // demo-web, no colon
    [InlineData("Basic OmRlbW8td2ViLXNlY3JldA==")] // no client id
    [InlineData("Basic /zr/")] // FF 3A FF, no UTF-8
    [InlineData("Basic ZGVtby13ZWI6JUZG")] // demo-web:%FF
    [InlineData("Basic ZGVtby13ZWI6JVo=")] // demo-web:%Z
    [InlineData("Basic ZGVtby13ZWI6ZGVtby13ZWItc2VjcmV0 x")]
    [InlineData("Bearer x")]
    [InlineData("Digest username=\"demo-web\"")]
    [InlineData("BasicZGVtby13ZWI6ZGVtby13ZWItc2VjcmV0")]
    public async Task A_broken_Authorization_header_fails_cleanly(string header)
    {
        foreach (var path in Endpoints) (await SendAsync(path, "", header)).IsUnauthorized();
    }

    [Fact]
    [Row("CAUTH-10")]
    public async Task The_scheme_has_no_case() =>
        (await TokenAsync(
            await tokens.CodeAsync(),
            Basic(TestData.Web, TestData.Secret).Replace("Basic", "basic", StringComparison.Ordinal))).IsTokens();

    [Theory]
    [Row("CAUTH-10")]
    [MemberData(nameof(Endpoints))]
    public async Task Two_Authorization_headers_are_an_error(string path)
    {
        // By hand, since HttpClient joins two headers into one.
        var basic = Basic(TestData.Web, TestData.Secret);
        var body = Body(path);
        await using var stream = await tokens.Server.ConnectAsync(TestContext.Current.CancellationToken);
        await stream.WriteAsync(
            Encoding.ASCII.GetBytes(
                $"POST {path} HTTP/1.1\r\nHost: {tokens.Server.Address.Authority}\r\nX-Forwarded-Proto: "
                    + $"https\r\nConnection: close\r\nAuthorization: {basic}\r\nAuthorization: "
                    + $"{basic}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: "
                    + $"{body.Length}\r\n\r\n{body}"),
            TestContext.Current.CancellationToken);
        using var reader = new StreamReader(stream);
        var answer = await reader.ReadToEndAsync(TestContext.Current.CancellationToken);

        Assert.StartsWith("HTTP/1.1 400 ", answer, StringComparison.Ordinal);
        Assert.Contains("\"error\":\"invalid_request\"", answer, StringComparison.Ordinal);
    }

    private static string Basic(string id, string secret) =>
        "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{id}:{secret}"));

    private static string Body(string path) =>
        path == "/oauth/revoke" ? "token=unknown" : "grant_type=refresh_token&refresh_token=unknown";

    private Task<Reply> TokenAsync(string code, string? authorization, string credentials = "") =>
        tokens.Server.PostRawAsync(
            "/oauth/token",
            $"grant_type=authorization_code&code={code}&code_verifier={AuthorizationAsk.Verifier}&{credentials}",
            headers: Header(authorization));

    private Task<Reply> RefreshAsync(string? token, string authorization) => tokens.Server.PostRawAsync(
        "/oauth/refresh", $"refresh_token={token}", headers: Header(authorization));

    private Task<Reply> SendAsync(string path, string more, string? authorization) =>
        tokens.Server.PostRawAsync(path, Body(path) + more, headers: Header(authorization));

    private static (string, string)[] Header(string? authorization) =>
        authorization is null ? [] : [("Authorization", authorization)];
}
