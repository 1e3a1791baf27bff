using OAuthServer.Pages;

namespace OAuthServer.UnitTests.Pages;

/// <summary>The language that an app asked for stays in the addresses of pages, and in no other address.</summary>
public sealed class LanguageLinkTests
{
    [Theory]
    [InlineData("/account", "de", "/account?ui_locales=de")]
    [InlineData("/account/sign-in?returnUrl=x", "de", "/account/sign-in?returnUrl=x&ui_locales=de")]
    [InlineData(
        "/account/sign-in?returnUrl=x%3Fui_locales%3Dfr", "de", "/account/sign-in?returnUrl=x%3Fui_locales%3Dfr")]
    [InlineData("/account", null, "/account")]
    [InlineData("/oauth/authorize?client_id=a", "de", "/oauth/authorize?client_id=a")]
    [InlineData("/auth/oauth/authorize/cancel?client_id=a", "de", "/auth/oauth/authorize/cancel?client_id=a")]
    [InlineData("https://c.example/cb", "de", "https://c.example/cb")]
    [InlineData("com.example.app:/cb", "de", "com.example.app:/cb")]
    public void It_is_added_where_a_page_is(string url, string? asked, string link) =>
        Assert.Equal(link, LanguageLink.Of(url, asked));
}
