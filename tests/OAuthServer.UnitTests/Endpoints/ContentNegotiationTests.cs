using Microsoft.AspNetCore.Http;
using OAuthServer.Endpoints;

namespace OAuthServer.UnitTests.Endpoints;

/// <summary>
/// What a sender would rather have (RFC 9110 §12.5.1). Where it does not say, neither answer is the one it prefers.
/// </summary>
public sealed class ContentNegotiationTests
{
    [Theory]
    [InlineData("text/html", "html")]
    [InlineData("TEXT/HTML", "html")]
    [InlineData("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "html")]
    [InlineData("application/json;q=0.5, text/html", "html")]
    [InlineData("text/*, application/json;q=0.9", "html")]
    [InlineData("application/json;q=0, */*", "html")]
    [InlineData("*/*;q=0.1, text/*;q=0.9, application/json;q=0.5", "html")]
    [InlineData("text/*;q=0.9, text/html;q=0.1, application/json;q=0.5", "json")]
    [InlineData("*/*;q=0.9, text/html;q=0.1, application/json;q=0.5", "json")]
    [InlineData("application/json", "json")]
    [InlineData("text/html;q=0.5, application/json", "json")]
    [InlineData("text/html;q=0, */*", "json")]
    [InlineData("application/json, */*;q=0.1", "json")]
    [InlineData("application/json, text/html", "")]
    [InlineData("application/json, text/plain, */*", "")]
    [InlineData("*/*", "")]
    [InlineData("text/html;q=0, application/json;q=0", "")]
    [InlineData("image/png", "")]
    [InlineData("not a media type", "")]
    [InlineData("", "")]
    [InlineData(null, "")]
    public void The_better_quality_of_the_narrowest_range_wins(string? accept, string preferred) =>
        Assert.Equal((preferred == "html", preferred == "json"), Preferences(accept));

    [Fact]
    public void A_header_longer_than_any_browsers_is_not_read()
    {
        var padding = string.Concat(Enumerable.Repeat(",a/b", 250));
        Assert.Equal(1000 + 9, ("text/html" + padding).Length);
        Assert.Equal((true, false), Preferences("text/html" + padding));
        Assert.Equal((true, false), Preferences("text/html" + padding + ",aaaaaaaaaa/bbb"));
        Assert.Equal((false, false), Preferences("text/html" + padding + ",aaaaaaaaaa/bbbb"));
    }

    private static (bool Html, bool Json) Preferences(string? accept)
    {
        var request = new DefaultHttpContext().Request;
        request.Headers.Accept = accept;
        return (request.PrefersHtml(), request.PrefersJson());
    }
}
