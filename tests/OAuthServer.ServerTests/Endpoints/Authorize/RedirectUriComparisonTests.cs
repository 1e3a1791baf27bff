using OAuthServer.ServerTests.Fixtures;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Endpoints.Authorize;

/// <summary>How a requested redirect URI is compared with the registered ones (RFC 9700 §4.1.3, RFC 8252 §7).</summary>
[JudgesDeployment]
[Collection(SharedServer.Name)]
public sealed class RedirectUriComparisonTests(SharedServer shared)
{
    [Theory]
    [Row("AUTHZ-05")]
    [InlineData("https://c.example/cb/")]
    [InlineData("https://c.example/CB")]
    [InlineData("HTTPS://c.example/cb")]
    [InlineData("https://C.EXAMPLE/cb")]
    [InlineData("https://c.example:443/cb")]
    [InlineData("https://c.example:8443/cb")]
    [InlineData("https://c.example/%63b")]
    [InlineData("https://c.example/x/../cb")]
    [InlineData("https://c.example/./cb")]
    [InlineData("https://c.example/cb?a=1")]
    [InlineData("https://c.example/cb?")]
    [InlineData("https://c.example/cb#f")]
    [InlineData("https://c.example/cb#")]
    [InlineData("https://c.example//cb")]
    [InlineData("//c.example/cb")]
    [InlineData("//cb")]
    [InlineData("https://c.example/cb\r\n")]
    [InlineData("https://c.example/cb%0d%0a")]
    [InlineData("https://c.example/cb\0")]
    [InlineData("https://c.example/cb ")]
    [InlineData(" https://c.example/cb")]
    [InlineData("https:/c.example/cb")]
    [InlineData("https:\\\\c.example/cb")]
    [InlineData("https://c.example./cb")]
    [InlineData("https://user@c.example/cb")]
    [InlineData("https://c.example@evil.example/cb")]
    [InlineData("https://c.example.evil.example/cb")]
    [InlineData("https://evil.example\\@c.example/cb")]
    [InlineData("https://c.example%2f.evil.example/cb")]
    [InlineData("https://c.example/cb.evil.example")]
    [InlineData("https://с.example/cb")] // A Cyrillic letter that looks like the Latin one.
    public async Task A_redirect_uri_that_differs_in_one_character_is_another_one(string redirectUri) =>
        await Expect.PageAsync(
            shared.Browser, AuthorizationAsk.For(TestData.Web, redirectUri).Path, "invalid_redirect_uri");

    [Theory]
    [Row("AUTHZ-08")]
    [InlineData("http://127.0.0.1:51004/cb")]
    [InlineData("http://127.0.0.1:1/cb")]
    [InlineData("http://127.0.0.1:65535/cb")]
    [InlineData("http://127.0.0.1/cb")]
    [InlineData("http://[::1]:61023/cb")]
    [InlineData("http://[::1]/cb")]
    public async Task A_native_client_may_use_any_port_of_its_loopback_address(string redirectUri)
    {
        var answer = Expect.Code(
            await shared.AuthorizeAsync(AuthorizationAsk.For(TestData.Native, redirectUri)), redirectUri);
        Expect.Tokens(await shared.Server.RedeemAsync(answer.Code, TestData.Native, redirectUri));
    }

    [Theory]
    [Row("AUTHZ-08")]
    [InlineData("http://127.0.0.1:51004/cb")]
    [InlineData("http://127.0.0.1:80/cb")]
    public async Task A_client_that_is_not_native_has_its_registered_port_alone(string redirectUri) =>
        await Expect.PageAsync(
            shared.Browser, AuthorizationAsk.For(SharedServer.LoopbackWeb, redirectUri).Path, "invalid_redirect_uri");

    [Theory]
    [Row("AUTHZ-09")]
    [InlineData("http://localhost:3000/cb")]
    [InlineData("http://localhost/cb")]
    public async Task Localhost_may_have_any_port_when_it_is_registered(string redirectUri) =>
        Expect.Code(
            await shared.AuthorizeAsync(AuthorizationAsk.For(SharedServer.LocalhostClient, redirectUri)), redirectUri);

    [Theory]
    [Row("AUTHZ-09")]
    [InlineData("http://127.0.0.1:3000/cb")]
    [InlineData("http://127.0.0.1/cb")]
    [InlineData("http://[::1]:3000/cb")]
    [InlineData("http://LOCALHOST:3000/cb")]
    [InlineData("http://localhost.evil.example:3000/cb")]
    public async Task Localhost_does_not_stand_for_the_loopback_addresses(string redirectUri) =>
        await Expect.PageAsync(
            shared.Browser,
            AuthorizationAsk.For(SharedServer.LocalhostClient, redirectUri).Path,
            "invalid_redirect_uri");

    [Theory]
    [Row("AUTHZ-10")]
    [InlineData("http://127.0.0.1:51004/other")]
    [InlineData("http://127.0.0.1:51004/cb/")]
    [InlineData("http://127.0.0.1:51004/CB")]
    [InlineData("http://127.0.0.1:51004")]
    [InlineData("http://127.0.0.1:51004/cb?x=1")]
    [InlineData("http://127.0.0.1:51004/cb#f")]
    [InlineData("https://127.0.0.1:1/cb")]
    [InlineData("HTTP://127.0.0.1:1/cb")]
    [InlineData("http://127.0.0.2:51004/cb")]
    [InlineData("http://127.1:51004/cb")]
    [InlineData("http://127.1/cb")]
    [InlineData("http://2130706433/cb")]
    [InlineData("http://0x7f.0.0.1/cb")]
    [InlineData("http://127.0.0.1.evil.example/cb")]
    [InlineData("http://127.0.0.1:51004.evil.example/cb")]
    [InlineData("http://127.0.0.1:0/cb")]
    [InlineData("http://127.0.0.1:99999/cb")]
    [InlineData("http://127.0.0.1:65536/cb")]
    [InlineData("http://127.0.0.1:abc/cb")]
    [InlineData("http://127.0.0.1:-1/cb")]
    [InlineData("http://127.0.0.1:+80/cb")]
    [InlineData("http://127.0.0.1: 80/cb")]
    [InlineData("http://127.0.0.1:/cb")]
    [InlineData("http://127.0.0.1:80:80/cb")]
    [InlineData("http://127.0.0.1:80@evil.example/cb")]
    [InlineData("http://127.0.0.1@evil.example/cb")]
    [InlineData("http://user@127.0.0.1:80/cb")]
    [InlineData("http://127.0.0.1:80\\@evil.example/cb")]
    [InlineData("http://[::1]:0/cb")]
    [InlineData("http://[0:0:0:0:0:0:0:1]:80/cb")]
    [InlineData("http://[::ffff:127.0.0.1]:80/cb")]
    [InlineData("http://[::1].evil.example/cb")]
    public async Task Loopback_leniency_covers_the_port_alone(string redirectUri) =>
        await Expect.PageAsync(
            shared.Browser, AuthorizationAsk.For(TestData.Native, redirectUri).Path, "invalid_redirect_uri");

    [Fact]
    [Row("AUTHZ-11")]
    public async Task A_private_use_scheme_gets_its_code()
    {
        const string redirectUri = "com.example.app:/cb";
        var answer = Expect.Code(
            await shared.AuthorizeAsync(AuthorizationAsk.For(TestData.Native, redirectUri)), redirectUri);
        Assert.StartsWith("com.example.app:/cb?code=", answer.Location, StringComparison.Ordinal);
        Expect.Tokens(await shared.Server.RedeemAsync(answer.Code, TestData.Native, redirectUri));
    }

    [Theory]
    [Row("AUTHZ-11")]
    [InlineData("com.example.app:/other")]
    [InlineData("com.example.app://cb")]
    [InlineData("com.example.app:cb")]
    [InlineData("COM.example.app:/cb")]
    [InlineData("com.example.other:/cb")]
    public async Task A_private_use_scheme_is_compared_exactly(string redirectUri) =>
        await Expect.PageAsync(
            shared.Browser, AuthorizationAsk.For(TestData.Native, redirectUri).Path, "invalid_redirect_uri");
}
