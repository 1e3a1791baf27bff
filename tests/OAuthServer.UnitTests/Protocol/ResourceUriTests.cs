using OAuthServer.Protocol;

namespace OAuthServer.UnitTests.Protocol;

/// <summary>
/// What an identifier of an API is, and when two spellings are one (RFC 8707 §2, RFC 3986 §6.2.2.1, §6.2.3).
/// </summary>
public sealed class ResourceUriTests
{
    [Theory]
    [InlineData("https://api.example", "https://api.example/")]
    [InlineData("https://api.example/", "https://api.example/")]
    [InlineData("HTTPS://API.Example/V1", "https://api.example/V1")]
    [InlineData("https://api.example/v1/", "https://api.example/v1/")]
    [InlineData("https://api.example?A=B", "https://api.example/?A=B")]
    [InlineData("https://api.example:443", "https://api.example/")]
    [InlineData("https://api.example:8443", "https://api.example:8443/")]
    [InlineData("https://api.example:80/", "https://api.example:80/")]
    [InlineData("http://api.example:80/v1", "http://api.example/v1")]
    [InlineData("http://[::1]:5080", "http://[::1]:5080/")]
    [InlineData("URN:Example:Notes", "urn:Example:Notes")]
    [InlineData("api://ABC", "api://abc/")]
    [InlineData("https://api.example/a%2Fb", "https://api.example/a%2Fb")]
    [InlineData("FILE:///Srv/Notes", "file:///Srv/Notes")]
    public void Two_spellings_are_compared_by_one_form(string text, string canonical)
    {
        Assert.Equal(canonical, ResourceUri.Canonical(text));
        Assert.Equal(canonical, ResourceUri.Canonical(canonical));
    }

    [Theory]
    [InlineData("")]
    [InlineData("api.example")]
    [InlineData("/v1")]
    [InlineData("//api.example")]
    [InlineData("https:")]
    [InlineData(":x")]
    [InlineData("1x:y")]
    [InlineData("ht tp://x")]
    [InlineData("https://api.example/#")]
    [InlineData("https://api.example/#part")]
    [InlineData("https://api.example/ ")]
    [InlineData("https://api.example/\"")]
    [InlineData("https://api.example/<x>")]
    [InlineData("https://äpi.example/")]
    [InlineData("https://api.example/\u007f")]
    public void What_is_no_absolute_URI_without_a_fragment_is_none(string text) =>
        Assert.Null(ResourceUri.Canonical(text));

    [Theory]
    [InlineData(510, true)]
    [InlineData(511, false)]
    public void It_is_bounded(int length, bool valid) =>
        Assert.Equal(valid, ResourceUri.Canonical("https://api.example/".PadRight(length, 'a')) is not null);

    [Theory]
    [InlineData("https://api.example/v1", "The resource https://api.example/v1")]
    [InlineData("<script>", "A resource")]
    [InlineData("a&b", "A resource")]
    public void It_is_named_where_its_characters_allow(string text, string named) =>
        Assert.Equal(named, ResourceUri.Named(text));
}
