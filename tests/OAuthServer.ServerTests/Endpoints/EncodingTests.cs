using System.Net;
using System.Text;
using OAuthServer.ServerTests.Fixtures;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Endpoints;

/// <summary>
/// Bytes that mean nothing, or mean harm: broken escapes, broken UTF-8, control characters (RFC 6749 Appendices A, B).
/// </summary>
[JudgesDeployment]
[Collection(SharedServer.Name)]
public sealed class EncodingTests(SharedServer shared)
{
    private const string TrustedQuery = "client_id=demo-web&redirect_uri=https%3A%2F%2Fc.example%2Fcb";

    private static readonly string[] TokenParameters =
        [
            "grant_type",
            "client_id",
            "client_secret",
            "client_assertion",
            "client_assertion_type",
            "code",
            "redirect_uri",
            "code_verifier",
            "refresh_token",
            "scope",
            "foo",
        ];

    /// <summary>
    /// As characters of Latin-1, so bytes: broken escapes, bytes that are no UTF-8, overlong forms, surrogates.
    /// </summary>
    public static TheoryData<string> Broken =>
        [
            "%zz",
            "%",
            "%2",
            "a%",
            "%%",
            "%u0041",
            "%ff",
            "%c3",
            "%c0%af",
            "%e0%80%af",
            "%f0%80%80%af",
            "%ed%a0%80",
            "%ed%bf%bf",
            "%f4%90%80%80",
            "%80",
            "\u00ff",
            "\u00c0\u00af",
            "\u00ed\u00a0\u0080",
        ];

    private TestServer Server => shared.Server;

    [Theory]
    [Row("GEN-07")]
    [MemberData(nameof(Broken))]
    public async Task A_broken_encoding_in_a_body_is_refused(string broken)
    {
        foreach (var body in new[] { $"client_id=demo-spa&code={broken}", $"client_id=demo-spa&{broken}=x", broken })
        {
            foreach (var path in new[] { "/oauth/token", "/oauth/refresh", "/oauth/revoke" })
            {
                var reply = await RawHttp.PostAsync(Server, path, body);
                Assert.Equal(
                    (400, "application/json", "no-store"),
                    (reply.Status, reply["Content-Type"], reply["Cache-Control"]));
                Assert.Contains("\"error\":\"invalid_request\"", reply.Body, StringComparison.Ordinal);
            }
        }
    }

    [Theory]
    [Row("GEN-07")]
    [MemberData(nameof(Broken))]
    public async Task A_broken_encoding_at_the_authorization_endpoint_is_refused(string broken)
    {
        foreach (var query in new[]
        {
            $"{TrustedQuery}&state={broken}",
            $"client_id={broken}",
            $"{TrustedQuery}&{broken}",
        })
        {
            var byPost = await RawHttp.PostAsync(Server, "/oauth/authorize", query);
            Assert.Equal((400, null), (byPost.Status, byPost["Location"]));
            Assert.Contains("invalid_request", byPost.Body, StringComparison.Ordinal);

            var byGet = await RawHttp.GetAsync(Server, "/oauth/authorize?" + query);
            Assert.Equal((400, null), (byGet.Status, byGet["Location"]));
            // Bytes beyond ASCII end at the web server already: no request line may hold them.
            if (broken.All(char.IsAscii)) Assert.Contains("invalid_request", byGet.Body, StringComparison.Ordinal);
        }
    }

    [Theory]
    [Row("GEN-07")]
    [InlineData("""{"code":"\ud800"}""")]
    [InlineData("""{"code":"\udc00\ud800"}""")]
    [InlineData("""{"code":""")]
    public async Task Lone_surrogates_in_json_are_refused(string json)
    {
        foreach (var path in new[] { "/oauth/token", "/oauth/refresh", "/oauth/revoke" })
        {
            Expect.Error(await Server.PostRawAsync(path, json, "application/json"), "invalid_request");
        }
    }

    [Theory]
    [Row("GEN-08")]
    [InlineData("\0")]
    [InlineData("\u0001")]
    [InlineData("\u001b")]
    [InlineData("\u007f")]
    [InlineData("\r\n")]
    public async Task A_control_character_in_a_parameter_of_a_form_endpoint_is_refused(string control)
    {
        foreach (var path in new[] { "/oauth/token", "/oauth/refresh", "/oauth/revoke" })
        {
            foreach (var name in path == "/oauth/revoke"
                ? ["token", "token_type_hint", .. TokenParameters]
                : TokenParameters)
            {
                (string, string?)[] client = name == "client_id" ? [] : [("client_id", TestData.Spa)];
                Expect.Error(
                    await Server.PostFormAsync(path, [.. client, (name, "a" + control + "b")]), "invalid_request");
            }

            Expect.Error(
                await Server.PostFormAsync(path, ("client_id", TestData.Spa), ("na" + control + "me", "x")),
                "invalid_request");
        }
    }

    [Theory]
    [Row("GEN-08")]
    [InlineData("demo-web\0", "")]
    [InlineData("demo-web", "\0")]
    [InlineData("demo-web%00", "")]
    [InlineData("demo-web", "%00")]
    [InlineData("%00", "%00")]
    public async Task A_nul_in_basic_credentials_is_refused(string id, string afterTheSecret)
    {
        var header = "Basic "
            + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{id}:{TestData.Secret}{afterTheSecret}"));
        foreach (var (path, body) in new[]
        {
            ("/oauth/token", "grant_type=authorization_code&code=x"),
            ("/oauth/refresh", "refresh_token=x"),
            ("/oauth/revoke", "token=x"),
        })
        {
            Expect.Error(await Server.PostRawAsync(path, body, headers: ("Authorization", header)), "invalid_request");
        }
    }

    [Theory]
    [Row("GEN-08")]
    [InlineData("response_type", "invalid_request")]
    [InlineData("code_challenge", "invalid_request")]
    [InlineData("code_challenge_method", "invalid_request")]
    [InlineData("response_mode", "invalid_request")]
    [InlineData("prompt", "invalid_request")]
    [InlineData("nonce", "invalid_request")]
    [InlineData("login_hint", "invalid_request")]
    [InlineData("extra", "invalid_request")]
    [InlineData("scope", "invalid_scope")]
    [InlineData("state", "invalid_request")]
    public async Task A_nul_in_an_authorization_request_is_reported(string name, string error)
    {
        var ask = new AuthorizationAsk().With(name, "a\0b");
        using var response = await shared.OpenAsync(ask);
        Expect.Redirect(response, error, ask, name == "state" ? null : "s-1");
    }

    [Theory]
    [Row("GEN-08")]
    [InlineData("client_id", "demo-web\0", "invalid_client")]
    [InlineData("client_id", "\0", "invalid_client")]
    [InlineData("redirect_uri", TestData.WebRedirectUri + "\0", "invalid_redirect_uri")]
    public async Task A_nul_in_client_or_redirect_uri_is_never_redirected(string name, string value, string error) =>
        await Expect.PageAsync(shared.Browser, new AuthorizationAsk().With(name, value).Path, error);

    [Theory]
    [Row("GEN-08")]
    [InlineData("/oauth/token%00")]
    [InlineData("/oauth/%00authorize")]
    [InlineData("/%00")]
    [InlineData("/oauth/token\0")]
    [InlineData("/.well-known/oauth-authorization-server/%00")]
    [InlineData("/account/%00")]
    public async Task A_nul_in_the_path_is_refused(string target)
    {
        Assert.Equal(400, (await RawHttp.GetAsync(Server, target)).Status);
        Assert.Equal(400, (await RawHttp.PostAsync(Server, target, "token=x")).Status);
    }

    [Fact]
    [Row("GEN-08")]
    public async Task A_nul_typed_at_sign_in_does_no_harm()
    {
        using var browser = new TestBrowser(Server);
        foreach (var (email, password) in new[]
        {
            ("alice@example.com\0", TestData.Password),
            (TestData.Email, TestData.Password + "\0"),
        })
        {
            using var page = await browser.GetAsync("/account/sign-in");
            using var answer = await browser.TypePasswordAsync(page, email, password);
            Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        }
    }
}
