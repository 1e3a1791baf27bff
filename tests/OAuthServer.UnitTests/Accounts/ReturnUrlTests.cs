using OAuthServer.Accounts;

namespace OAuthServer.UnitTests.Accounts;

/// <summary>The return target after signing in stays on this server (RFC 9700 §4.11.2).</summary>
public sealed class ReturnUrlTests
{
    [Theory]
    [InlineData("", "/oauth/authorize?client_id=demo-web&state=a%2Fb")]
    [InlineData("", "/oauth/authorize?redirect_uri=https%3A%2F%2Fapp.example.com%2Fcb&state=//x\\y")]
    [InlineData("", "/oauth/authorize?")]
    [InlineData("", "/account/connections")]
    [InlineData("", "/account/connections?done=withdrawn")]
    [InlineData("", "/account/password")]
    [InlineData("", "/account/one/two-three")]
    [InlineData("/auth", "/auth/oauth/authorize?client_id=demo-web")]
    [InlineData("/auth", "/auth/account/connections")]
    public void Our_own_pages_are_return_targets(string root, string value) =>
        Assert.True(ReturnUrl.IsInternal(value, root));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("/")]
    [InlineData("//")]
    [InlineData("https://evil.example")]
    [InlineData("https://evil.example/oauth/authorize?")]
    [InlineData("HTTPS:/oauth/authorize?")]
    [InlineData("https:/oauth/authorize?")]
    [InlineData("//evil.example/oauth/authorize?x")]
    [InlineData("///evil.example")]
    [InlineData("/\\evil.example")]
    [InlineData("\\\\evil.example")]
    [InlineData("\\/evil.example")]
    [InlineData("/%2f%2fevil.example")]
    [InlineData("%2f%2fevil.example")]
    [InlineData("/%5cevil.example")]
    [InlineData("/.evil.example")]
    [InlineData(".evil.example")]
    [InlineData("@evil.example")]
    [InlineData("javascript:alert(1)")]
    [InlineData("data:text/html,x")]
    [InlineData(" /account/connections")]
    [InlineData("\t/account/connections")]
    [InlineData("/\t/evil.example")]
    [InlineData("/account/connections\r\nLocation: https://evil.example")]
    [InlineData("/account/connections\0")]
    [InlineData("/account/connections#https://evil.example")]
    [InlineData("/oauth/authorize?a\nb")]
    [InlineData("/oauth/authorize?a b")]
    [InlineData("/oauth/authorize?state=\u00e9")]
    [InlineData("/oauth/authorize?state=\u202e")]
    [InlineData("/oauth/authorize")]
    [InlineData("/oauth/authorize#?")]
    [InlineData("/oauth/authorize/../../evil?")]
    [InlineData("/oauth/authorize/consent?")]
    [InlineData("/oauth/token?grant_type=x")]
    [InlineData("/OAuth/Authorize?client_id=x")]
    [InlineData("/oauth//authorize?x")]
    [InlineData("/account")]
    [InlineData("/account/")]
    [InlineData("/account/?x")]
    [InlineData("/account//evil.example")]
    [InlineData("/account/../evil")]
    [InlineData("/account/..%2fevil")]
    [InlineData("/account/%2e%2e/evil")]
    [InlineData("/account/connections/")]
    [InlineData("/account/\\evil.example")]
    [InlineData("/account/connections\\@evil.example")]
    [InlineData("/account/connections;@evil.example")]
    [InlineData("/account/sign-in")]
    [InlineData("/account/sign-in?returnUrl=/account/sign-in")]
    [InlineData("/account/sign-out")]
    [InlineData("/account.evil.example/")]
    [InlineData("/accounts/connections")]
    [InlineData("/auth/account/connections")]
    public void Anything_else_is_ignored(string? value) => Assert.False(ReturnUrl.IsInternal(value, ""));

    [Theory]
    [InlineData("/account/connections")]
    [InlineData("/oauth/authorize?client_id=x")]
    [InlineData("/authaccount/connections")]
    [InlineData("/auth//account/connections")]
    [InlineData("/auth/../account/connections")]
    [InlineData("/AUTH/account/connections")]
    public void Paths_beside_the_issuers_own_are_ignored(string value) =>
        Assert.False(ReturnUrl.IsInternal(value, "/auth"));

    [Fact]
    public void A_target_longer_than_a_request_line_is_ignored()
    {
        const string Start = "/oauth/authorize?";
        Assert.True(ReturnUrl.IsInternal(Start.PadRight(ReturnUrl.MaxLength, 'x'), ""));
        Assert.False(ReturnUrl.IsInternal(Start.PadRight(ReturnUrl.MaxLength + 1, 'x'), ""));
    }

    [Fact]
    public void Every_byte_that_is_no_visible_ASCII_character_is_refused()
    {
        foreach (var c in Enumerable.Range(0, 0x21).Concat(Enumerable.Range(0x7f, 0x180)).Select(c => (char)c))
            Assert.False(ReturnUrl.IsInternal($"/oauth/authorize?state=a{c}b", ""), $"U+{(int)c:X4}");
    }
}
