using OAuthServer.Pages;

namespace OAuthServer.UnitTests.Pages;

public sealed class DisplayTextTests
{
    [Theory]
    [InlineData(" ~", " ~")]
    [InlineData("\u001f\u007f", "\\u001F\\u007F")]
    [InlineData("\u202e", "\\u202E")]
    [InlineData("", "")]
    public void Everything_beyond_printable_ASCII_is_an_escape(string text, string shown) =>
        Assert.Equal(shown, DisplayText.Escaped(text));

    [Fact]
    public void What_goes_on_after_2000_characters_is_cut()
    {
        Assert.Equal(new string('a', 2000), DisplayText.Escaped(new string('a', 2000)));
        Assert.Equal(new string('a', 2000) + "…", DisplayText.Escaped(new string('a', 2001)));
    }
}
