using OAuthServer.Operators;

namespace OAuthServer.UnitTests.Operators;

/// <summary>What the clients commands print of names and options.</summary>
public sealed class TerminalTextTests
{
    [Theory]
    [InlineData("Ac\u001b[31mme", "Ac?[31mme")]
    [InlineData("two\r\nlines", "two??lines")]
    [InlineData("a\u202Eb\u200Bc\u2028d\u009Be", "a?b?c?d?e")]
    [InlineData("Über 猫 🐈", "Über 猫 🐈")]
    public void Nothing_steers_the_terminal(string text, string safe) => Assert.Equal(safe, TerminalText.Safe(text));

    [Theory]
    [InlineData("12345", "12345")]
    [InlineData("123456", "1234…")]
    [InlineData("🐈🐈🐈🐈🐈🐈", "🐈🐈🐈🐈…")]
    public void A_long_name_is_cut_between_characters(string text, string cut) => Assert.Equal(cut, TerminalText.Cut(text, 5));

    [Theory]
    [InlineData("0", 0)]
    [InlineData("90s", 90)]
    [InlineData("2m", 120)]
    [InlineData("12h", 43_200)]
    [InlineData("365d", 31_536_000)]
    [InlineData("366d", null)]
    [InlineData("2147483647d", null)]
    [InlineData("7", null)]
    [InlineData("d", null)]
    [InlineData("-7d", null)]
    [InlineData("7w", null)]
    [InlineData("", null)]
    public void A_length_of_time_has_a_unit_and_a_bound(string text, int? seconds) =>
        Assert.Equal(seconds is { } some ? TimeSpan.FromSeconds(some) : null, Duration.Parse(text));
}
