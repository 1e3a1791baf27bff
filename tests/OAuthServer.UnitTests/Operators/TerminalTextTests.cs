using OAuthServer.Operators;

namespace OAuthServer.UnitTests.Operators;

/// <summary>Text that strangers or administrators chose, on an operator's terminal.</summary>
public sealed class TerminalTextTests
{
    [Theory]
    [InlineData("Ac\u001b[31mme", "Ac?[31mme")]
    [InlineData("two\r\nlines", "two??lines")]
    [InlineData("a\u202Eb\u2066c\u2069d\u200Fe", "a?b?c?d?e")]
    [InlineData("a\u200Bb\u00ADc\uFEFFd\u2028e\u009Bf", "a?b?c?d?e?f")]
    [InlineData("tag \U000E0041", "tag ?")]
    [InlineData("Über 猫 🐈", "Über 猫 🐈")]
    public void Nothing_steers_the_terminal(string text, string safe) => Assert.Equal(safe, TerminalText.Safe(text));

    [Fact]
    public void Half_a_character_is_shown_as_none() => Assert.Equal("a\ufffdb", TerminalText.Safe("a\ud83db"));

    [Theory]
    [InlineData("demo-web")]
    [InlineData("7c9e6679-7425-40de-944b-e07fc1f90ae7")]
    [InlineData("2001:db8::1%eth0")]
    [InlineData("com.example.app~1_2/x@y+z")]
    public void A_plain_word_stands_as_it_is(string value) => Assert.Equal(value, TerminalText.Quoted(value));

    [Theory]
    [InlineData("", "\"\"")]
    [InlineData("client=x event=y", "\"client=x event=y\"")]
    [InlineData("x\u00A0y", "\"x\u00A0y\"")]
    [InlineData("x\u2800event\uFF1Dy", "\"x\u2800event\uFF1Dy\"")]
    [InlineData("x\"  event=y", "\"x\\\"  event=y\"")]
    [InlineData("x\\", "\"x\\\\\"")]
    [InlineData("x\n2026-03-01", "\"x?2026-03-01\"")]
    [InlineData("\u202Ex", "\"?x\"")]
    public void Anything_else_stands_in_quotes_and_cannot_end_them(string value, string quoted) =>
        Assert.Equal(quoted, TerminalText.Quoted(value));

    [Theory]
    [InlineData("12345", "12345")]
    [InlineData("123456", "1234…")]
    [InlineData("🐈🐈🐈🐈🐈🐈", "🐈🐈🐈🐈…")]
    [InlineData("\u202E12345", "?123…")]
    public void A_long_name_is_cut_between_characters(string text, string cut) =>
        Assert.Equal(cut, TerminalText.Cut(text, 5));
}
