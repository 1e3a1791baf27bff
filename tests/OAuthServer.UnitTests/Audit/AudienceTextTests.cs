using OAuthServer.Audit;
using OAuthServer.Testing;

namespace OAuthServer.UnitTests.Audit;

/// <summary>How the audience of a stranger's assertion is written down.</summary>
public sealed class AudienceTextTests
{
    [Theory, Row("PKJ-12")]
    [InlineData("nobody")]
    [InlineData("\"https://as.example/token\"", "https://as.example/token")]
    [InlineData("\"a\", \"b\"", "a", "b")]
    [InlineData("\"\"", "")]
    [InlineData("\"a\\u000Ab\\u0022c\\u005Cd\\u00E9\"", "a\nb\"c\\dé")]
    public void It_is_quoted_and_escaped(string expected, params string[] audience) =>
        Assert.Equal(expected, AudienceText.Show(audience));

    [Fact, Row("PKJ-12")]
    public void It_is_cut()
    {
        Assert.Equal(257, AudienceText.Show([new string('a', 10_000)]).Length);
        Assert.Equal(257, AudienceText.Show([.. Enumerable.Repeat("a", 10_000)]).Length);
        Assert.Equal(256, AudienceText.Show([new string('a', 254)]).Length);
    }
}
