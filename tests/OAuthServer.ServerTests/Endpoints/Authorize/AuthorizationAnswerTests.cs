using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Net;
using System.Text;
using OAuthServer.ServerTests.Fixtures;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Endpoints.Authorize;

/// <summary>What the client gets back: code, denial, and the issuer on each (RFC 6749 §4.1.2, RFC 9207).</summary>
[JudgesDeployment]
[Collection(SharedServer.Name)]
public sealed class AuthorizationAnswerTests(SharedServer shared)
{
    private TestServer Server => shared.Server;

    [Fact]
    [Row("AUTHR-12")]
    public async Task Success_carries_exactly_code_state_and_iss()
    {
        var ask = new AuthorizationAsk();
        using var response = await shared.OpenAsync(ask);
        Expect.Code(response, ask);
        Assert.True(response.Headers.CacheControl?.NoStore);
        Assert.Equal(["no-referrer"], response.Headers.GetValues("Referrer-Policy"));
    }

    [Fact]
    [Row("AUTHR-12")]
    public async Task Success_after_consent_is_the_same_and_a_303()
    {
        var ask = AuthorizationAsk.For(TestData.Native, TestData.NativeRedirectUri);
        using var page = await shared.OpenAsync(ask);
        using var response = await shared.Browser.DecideAsync(page, "allow");
        Assert.Equal(HttpStatusCode.SeeOther, response.StatusCode);
        Expect.Code(response, ask);
        Assert.True(response.Headers.CacheControl?.NoStore);
        Assert.Equal(["no-referrer"], response.Headers.GetValues("Referrer-Policy"));
    }

    [Theory]
    [Row("AUTHR-13")]
    [InlineData("extra", "1", null)]
    [InlineData("response_type", "token", "unsupported_response_type")]
    [InlineData("response_type", null, "invalid_request")]
    [InlineData("scope", "no-such-scope", "invalid_scope")]
    [InlineData("code_challenge", null, "invalid_request")]
    [InlineData("response_mode", "fragment", "invalid_request")]
    [InlineData("request", "x", "request_not_supported")]
    [InlineData("request_uri", "https://c.example/x", "request_uri_not_supported")]
    [InlineData("state", "é", "invalid_request")]
    [InlineData("prompt", "no-such-prompt", "invalid_request")]
    public async Task The_issuer_is_on_every_redirect(string name, string? value, string? error)
    {
        using var metadata = await Server.Http.GetAsync(
            new Uri("/.well-known/oauth-authorization-server", UriKind.Relative),
            TestContext.Current.CancellationToken);
        var issuer = (await Reply.ReadAsync(metadata)).Json!.Value.GetProperty("issuer").GetString();
        var answer = await shared.AuthorizeAsync(new AuthorizationAsk().With(name, value));
        Assert.Equal(error, answer.Error);
        Assert.Equal(issuer, answer["iss"]);
    }

    [Fact]
    [Row("AUTHR-13")]
    [Row("AUTHR-14")]
    public async Task Denial_is_reported_and_grants_nothing()
    {
        var before = await GrantsAsync();
        using var bob = new TestBrowser(Server);
        await bob.SignInAsync(TestData.OtherEmail);
        var ask = new AuthorizationAsk();
        using var page = await bob.GetAsync(ask.Path);
        using var response = await bob.DecideAsync(page, "deny");
        Assert.Equal(HttpStatusCode.SeeOther, response.StatusCode);
        Expect.Redirect(response, "access_denied", ask);
        Assert.Equal(before, await GrantsAsync());

        using var again = await bob.GetAsync(ask.Path);
        Assert.Contains("/oauth/authorize/consent", (await Reply.ReadAsync(again)).Body, StringComparison.Ordinal);
    }

    [Fact]
    [Row("AUTHR-13")]
    [Row("AUTHR-14")]
    public async Task Giving_up_at_sign_in_is_a_denial()
    {
        var before = await GrantsAsync();
        using var browser = new TestBrowser(Server);
        var ask = new AuthorizationAsk();
        using var toSignIn = await browser.GetAsync(ask.Path);
        using var page = await browser.GetAsync(toSignIn.Headers.Location!.OriginalString);
        var link = (await Reply.ReadAsync(page)).Body.Split('"')
            .Single(part => part.StartsWith("/oauth/authorize/cancel?", StringComparison.Ordinal));
        using var response = await browser.GetAsync(WebUtility.HtmlDecode(link));
        Expect.Redirect(response, "access_denied", ask);
        Assert.Equal(before, await GrantsAsync());
    }

    [Fact]
    [Row("AUTHR-15")]
    public async Task A_thousand_codes_are_unguessable_and_opaque()
    {
        const int count = 1000;
        var codes = new ConcurrentBag<string>();
        await Parallel.ForEachAsync(
            Enumerable.Range(0, count),
            new ParallelOptions
            {
                MaxDegreeOfParallelism = 4,
                CancellationToken = TestContext.Current.CancellationToken,
            },
            async (_, _) => codes.Add((await shared.AuthorizeAsync()).Code!));

        Assert.Equal(count, codes.Distinct(StringComparer.Ordinal).Count());
        Assert.All(codes, code => Assert.Matches("^[A-Za-z0-9._~-]{22,}$", code));
        Assert.True(BitsOf(codes) >= 128, $"{BitsOf(codes)} bits");
        Assert.All(codes, code => AssertOpaque(code));
        // A word that is this short is in some of them by chance; the scope would be in all.
        Assert.InRange(codes.Count(code => code.Contains("read", StringComparison.Ordinal)), 0, count / 10);
    }

    // The positions that take (nearly) all values of the alphabet, each worth its bits; a counter or a fixed part adds
    // none.
    private static double BitsOf(IReadOnlyCollection<string> codes)
    {
        const int nearlyAll = 56;
        return Enumerable.Range(0, codes.Min(c => c.Length))
            .Select(i => codes.Select(c => c[i]).Distinct().Count())
            .Where(n => n >= nearlyAll)
            .Sum(n => Math.Log2(n));
    }

    private static void AssertOpaque(string code)
    {
        var decoded = Encoding.Latin1.GetString(Base64Url.DecodeFromChars(code));
        foreach (var text in new[] { code, decoded })
        {
            Assert.DoesNotContain(AuthorizationAsk.Challenge[..8], text, StringComparison.Ordinal);
            Assert.DoesNotContain(TestData.AliceId.ToString("N")[..8], text, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain(
                Encoding.Latin1.GetString(TestData.AliceId.ToByteArray()), text, StringComparison.Ordinal);
        }
    }

    // Codes and consents of everybody: the tests of one server wait for each other.
    private Task<long> GrantsAsync() => Server.Database.ScalarAsync<long>(
        "SELECT (SELECT count(*) FROM oauth_authorization_codes) + (SELECT count(*) FROM oauth_consents)");
}
