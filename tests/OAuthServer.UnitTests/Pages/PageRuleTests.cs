using Microsoft.AspNetCore.Http;
using OAuthServer.Pages;

namespace OAuthServer.UnitTests.Pages;

/// <summary>What every page is sent with, and how names from outside are shown.</summary>
public sealed class PageRuleTests
{
    [Fact]
    public void Pages_allow_no_script_and_no_frame()
    {
        var headers = Headers("https:");
        Assert.Equal(
            "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self' https:; "
            + "base-uri 'none'; frame-ancestors 'none'; object-src 'none'",
            headers.ContentSecurityPolicy);
        Assert.Equal("DENY", headers.XFrameOptions);
        Assert.Equal("nosniff", headers.XContentTypeOptions);
        Assert.Equal("no-referrer", headers["Referrer-Policy"]);
        Assert.Equal("no-store", headers.CacheControl);
    }

    [Theory]
    [InlineData("https://app.example.com; script-src *")]
    [InlineData("https://app.example.com, default-src *")]
    [InlineData("'unsafe-inline'")]
    [InlineData("https://*")]
    [InlineData("https://a\r\nX: y")]
    [InlineData("")]
    [InlineData(null)]
    public void A_source_that_could_end_the_directive_is_left_out(string? source) =>
        Assert.Contains(
            "form-action 'self'; base-uri", Headers(source).ContentSecurityPolicy.ToString(), StringComparison.Ordinal);

    [Theory]
    [InlineData("http://127.0.0.1:5173")]
    [InlineData("http://[::1]:*", false)]
    [InlineData("com.example.app:")]
    public void Sources_of_native_clients_are_let_through(string source, bool allowed = true) =>
        Assert.Equal(
            allowed, Headers(source).ContentSecurityPolicy.ToString().Contains(source, StringComparison.Ordinal));

    [Theory]
    [InlineData("Demo Web", "Demo Web")]
    [InlineData("\u202emoc.elgoog", "moc.elgoog")]
    [InlineData("a\u2066b\u2069\u200f\u200b\ufeff\0c", "abc")]
    [InlineData("\u05d0\u05d1 \u30c7\u30e2 \ud83d\ude00", "\u05d0\u05d1 \u30c7\u30e2 \ud83d\ude00")]
    public void Characters_that_reorder_or_hide_text_are_not_shown(string name, string shown) =>
        Assert.Equal(shown, DisplayText.Plain(name));

    private static IHeaderDictionary Headers(string? source)
    {
        IHeaderDictionary headers = new HeaderDictionary();
        PageHeaders.Apply(headers, source);
        return headers;
    }
}
