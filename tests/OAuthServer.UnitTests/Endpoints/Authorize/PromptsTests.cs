using OAuthServer.Endpoints.Authorize;

namespace OAuthServer.UnitTests.Endpoints.Authorize;

/// <summary>The <c>prompt</c> parameter.</summary>
public sealed class PromptsTests
{
    [Theory]
    [InlineData(null, 0)]
    [InlineData("none", 1)]
    [InlineData("login", 2)]
    [InlineData("consent", 4)]
    [InlineData("select_account", 8)]
    [InlineData("login consent", 6)]
    [InlineData("consent login", 6)]
    [InlineData("login login", 2)]
    [InlineData("select_account consent login", 14)]
    [InlineData(" login", 2)]
    [InlineData("none ", 1)]
    [InlineData("login  consent", 6)]
    [InlineData(" ", 0)]
    public void Known_words_are_read_in_any_order(string? text, int expected)
    {
        Assert.True(Prompts.TryParse(text, out var prompt));
        Assert.Equal((Prompt)expected, prompt);
    }

    [Theory]
    [InlineData("none login")]
    [InlineData("consent none")]
    [InlineData("None")]
    [InlineData("LOGIN")]
    [InlineData("create")]
    [InlineData("login create")]
    [InlineData("none  login")]
    [InlineData("login\tconsent")]
    [InlineData("login,consent")]
    public void None_beside_another_word_and_unknown_words_are_refused(string text) =>
        Assert.False(Prompts.TryParse(text, out _));
}
