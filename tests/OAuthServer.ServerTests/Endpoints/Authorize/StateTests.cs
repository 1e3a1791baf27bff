using OAuthServer.ServerTests.Fixtures;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Endpoints.Authorize;

/// <summary>What becomes of <c>state</c> (RFC 6749 §4.1.1, §4.1.2, Appendix A.5).</summary>
[JudgesDeployment]
[Collection(SharedServer.Name)]
public sealed class StateTests(SharedServer shared)
{
    [Theory]
    [Row("AUTHR-06")]
    [InlineData(" ")]
    [InlineData("a b")]
    [InlineData("+")]
    [InlineData("&")]
    [InlineData("=")]
    [InlineData("%")]
    [InlineData("\"")]
    [InlineData("<")]
    [InlineData("~")]
    [InlineData("/")]
    [InlineData("%2B")]
    [InlineData("%00")]
    [InlineData("a&code=evil&iss=evil#f")]
    [InlineData("?;:@!$'()*,[]{}|\\^`")]
    public async Task State_returns_as_it_was_sent(string state)
    {
        var ask = new AuthorizationAsk().With("state", state);
        using var success = await shared.OpenAsync(ask);
        Expect.Code(success, ask, state);

        var bad = ask.With("scope", "no-such-scope");
        using var error = await shared.OpenAsync(bad);
        Expect.Redirect(error, "invalid_scope", bad, state);
    }

    [Fact]
    [Row("AUTHR-06")]
    public async Task State_survives_sign_in_and_consent()
    {
        const string state = "a b+c&d=e%2B\"<~/";
        using var browser = new TestBrowser(shared.Server);
        var ask = AuthorizationAsk.For(TestData.Native, TestData.NativeRedirectUri).With("state", state);
        Expect.Code(await browser.AuthorizeAsync(ask), TestData.NativeRedirectUri, state);
        var denied = await browser.AuthorizeAsync(ask, decision: "deny");
        Assert.Equal(("access_denied", state), (denied.Error, denied["state"]));
    }

    [Fact]
    [Row("AUTHR-07")]
    public async Task State_is_optional()
    {
        var ask = new AuthorizationAsk().With("state", null);
        using var response = await shared.OpenAsync(ask);
        Expect.Code(response, ask, state: null);
    }

    [Theory]
    [Row("AUTHR-07")]
    [InlineData(1000)]
    [InlineData(2048)]
    public async Task A_long_state_returns_whole(int length)
    {
        var state = string.Concat(Enumerable.Range(0, length).Select(i => (char)('!' + (i % 94))));
        var ask = new AuthorizationAsk().With("state", state);
        using var response = await shared.OpenAsync(ask);
        Expect.Code(response, ask, state);
    }

    [Theory]
    [Row("AUTHR-07")]
    [InlineData(2049)]
    [InlineData(20_000)]
    public async Task A_state_that_is_too_long_is_refused_and_not_echoed(int length) =>
        await RefusedAsync(new string('s', length));

    [Theory]
    [Row("AUTHR-07")]
    [InlineData("a\r\nSet-Cookie: evil=1")]
    [InlineData("\n")]
    [InlineData("a\rb")]
    [InlineData("a\0b")]
    [InlineData("a\tb")]
    [InlineData("\u007f")]
    [InlineData("é")]
    [InlineData("a\u2028b")]
    [InlineData("😀")]
    public async Task A_state_that_is_not_printable_ascii_is_refused_and_not_echoed(string state) =>
        await RefusedAsync(state);

    private async Task RefusedAsync(string state)
    {
        var ask = new AuthorizationAsk().With("state", state);
        using var response = await shared.OpenAsync(ask);
        var answer = Expect.Redirect(response, "invalid_request", ask, state: null);
        Assert.All(answer.Location, c => Assert.InRange(c, '!', '~'));
        Assert.False(response.Headers.Contains("Set-Cookie"));
    }
}
