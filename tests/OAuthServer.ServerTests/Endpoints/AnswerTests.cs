using System.Net;
using OAuthServer.ServerTests.Fixtures;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Endpoints;

/// <summary>What every answer of the form endpoints has in common (RFC 6749 §5.1, §5.2).</summary>
[JudgesDeployment]
[Collection(SharedServer.Name)]
public sealed class AnswerTests(SharedServer shared)
{
    private const string Marker = "zqzmarker";

    private static readonly string[] Offences = ["\"", "\\", "\r\n", "\t", "é", "<b>", "\u2028", "%"];

    private TestServer Server => shared.Server;

    [Theory]
    [Row("GEN-10")]
    [InlineData("/oauth/token", "grant_type")]
    [InlineData("/oauth/token", "code")]
    [InlineData("/oauth/token", "code_verifier")]
    [InlineData("/oauth/token", "redirect_uri")]
    [InlineData("/oauth/token", "client_id")]
    [InlineData("/oauth/token", "client_secret")]
    [InlineData("/oauth/token", "refresh_token")]
    [InlineData("/oauth/refresh", "refresh_token")]
    [InlineData("/oauth/refresh", "scope")]
    [InlineData("/oauth/revoke", "token_type_hint")]
    [InlineData("/oauth/revoke", "client_id")]
    public async Task Error_texts_of_form_endpoints_stay_in_their_character_set(string path, string name)
    {
        var withoutScope = (await Server.RedeemAsync(
            await shared.CodeAsync(AuthorizationAsk.For(TestData.Spa, TestData.SpaRedirectUri)),
            TestData.Spa)).RefreshToken;
        foreach (var offence in Offences)
        {
            Dictionary<string, string> parameters = new()
            {
                ["grant_type"] = path == "/oauth/refresh" || name == "refresh_token"
                    ? "refresh_token"
                    : "authorization_code",
                ["client_id"] = TestData.Spa,
                ["code"] = "x",
                ["code_verifier"] = AuthorizationAsk.Verifier,
                ["refresh_token"] = withoutScope!,
            };
            parameters[name] = Marker + offence + Marker;
            var reply = await Server.PostFormAsync(path, [.. parameters.Select(p => (p.Key, (string?)p.Value))]);
            Assert.InRange((int)reply.Status, 400, 401);
            AssertText(reply.Json!.Value.TryGetProperty("error_description", out var text) ? text.GetString() : null);
            AssertUri(reply.Json!.Value.TryGetProperty("error_uri", out var uri) ? uri.GetString() : null);
            Assert.DoesNotContain(Marker, reply.Body, StringComparison.Ordinal);
        }
    }

    [Theory]
    [Row("GEN-10")]
    [InlineData("response_type")]
    [InlineData("scope")]
    [InlineData("code_challenge")]
    [InlineData("code_challenge_method")]
    [InlineData("response_mode")]
    [InlineData("prompt")]
    [InlineData("request")]
    [InlineData("request_uri")]
    public async Task Error_texts_on_redirects_stay_in_their_character_set(string name)
    {
        foreach (var offence in Offences)
        {
            using var response = await shared.OpenAsync(new AuthorizationAsk().With(name, Marker + offence + Marker));
            var answer = new AuthorizationAnswer(response.Headers.Location!.OriginalString);
            Assert.NotNull(answer.Error);
            AssertText(answer["error_description"]);
            AssertUri(answer["error_uri"]);
            Assert.DoesNotContain(Marker, answer.Location, StringComparison.Ordinal);
        }
    }

    [Theory]
    [Row("GEN-11")]
    [InlineData("/oauth/token")]
    [InlineData("/oauth/refresh")]
    [InlineData("/oauth/revoke")]
    public async Task Every_error_is_uncacheable_json_without_bom(string path)
    {
        (HttpStatusCode Status, string Body, string ContentType)[] errors =
        [
            (HttpStatusCode.BadRequest, "client_id=demo-spa", "application/x-www-form-urlencoded"),
            (HttpStatusCode.BadRequest, "%", "application/x-www-form-urlencoded"),
            (HttpStatusCode.BadRequest, "", "text/plain"),
            (
                HttpStatusCode.Unauthorized,
                "grant_type=refresh_token&refresh_token=x&token=x&client_id=nobody&client_secret=x",
                "application/x-www-form-urlencoded"),
            (HttpStatusCode.RequestEntityTooLarge, new string('a', 70_000), "application/x-www-form-urlencoded"),
        ];
        foreach (var (status, body, contentType) in errors)
            await AssertUncacheableAsync(path, body, contentType, status);
    }

    [Fact]
    [Row("GEN-11")]
    public async Task Every_success_is_uncacheable_json_without_bom()
    {
        const string form = "application/x-www-form-urlencoded";
        var credentials = $"&client_id=demo-web&client_secret={TestData.Secret}";
        var code = await shared.CodeAsync();
        await AssertUncacheableAsync(
            "/oauth/token",
            $"grant_type=authorization_code&code={code}&code_verifier={AuthorizationAsk.Verifier}{credentials}",
            form,
            HttpStatusCode.OK);
        var token = (await Server.RedeemAsync(await shared.CodeAsync())).RefreshToken;
        var refreshed = await AssertUncacheableAsync(
            "/oauth/refresh", $"refresh_token={token}{credentials}", form, HttpStatusCode.OK);
        var again = await AssertUncacheableAsync(
            "/oauth/token",
            $"grant_type=refresh_token&refresh_token={refreshed}{credentials}",
            form,
            HttpStatusCode.OK);
        await AssertUncacheableAsync("/oauth/revoke", $"token={again}{credentials}", form, HttpStatusCode.OK);
        await AssertUncacheableAsync("/oauth/revoke", $"token=unknown{credentials}", form, HttpStatusCode.OK);
    }

    private static void AssertText(string? text)
    {
        if (text is not null) Assert.Matches("^[\\x20-\\x21\\x23-\\x5B\\x5D-\\x7E]+$", text);
    }

    private static void AssertUri(string? uri)
    {
        if (uri is not null) Assert.True(Uri.TryCreate(uri, UriKind.Absolute, out _), uri);
    }

    // The refresh token of the answer, if it has one.
    private async Task<string?> AssertUncacheableAsync(
        string path, string body, string contentType, HttpStatusCode status)
    {
        using var content = new ByteArrayContent(System.Text.Encoding.UTF8.GetBytes(body));
        content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        using var response = await Server.Http.PostAsync(
            new Uri(path, UriKind.Relative), content, TestContext.Current.CancellationToken);
        var bytes = await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
        Assert.Equal(status, response.StatusCode);
        Assert.Equal((byte)'{', bytes[0]);
        var reply = await Reply.ReadAsync(response);
        Expect.UncacheableJson(reply);
        Assert.NotNull(reply.Json);
        return reply.RefreshToken;
    }
}
