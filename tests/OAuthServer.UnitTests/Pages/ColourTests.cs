using Microsoft.Extensions.Options;
using OAuthServer.Pages;

namespace OAuthServer.UnitTests.Pages;

/// <summary>Contrast as WCAG 2.2 has it, and what an operator is told of a colour that nobody could read.</summary>
public sealed class ColourTests
{
    [Theory]
    [InlineData("#000000", "#ffffff", 21)]
    [InlineData("#ffffff", "#ffffff", 1)]
    [InlineData("#767676", "#ffffff", 4.54)]
    [InlineData("#3b4fd8", "#ffffff", 6.37)]
    public void Contrast_is_that_of_the_standard(string one, string other, double ratio) =>
        Assert.Equal(ratio, Colour.Parse(one)!.Value.ContrastTo(Colour.Parse(other)!.Value), 0.05);

    [Theory]
    [InlineData("3b4fd8")]
    [InlineData("#3b4fd")]
    [InlineData("#3b4fdg")]
    [InlineData("#3b4fd8;}")]
    [InlineData("")]
    public void Nothing_else_is_a_colour(string text) => Assert.Null(Colour.Parse(text));

    [Fact]
    public void A_pale_colour_is_refused_with_one_that_can_be_read()
    {
        var fault = Assert.Single(
            new BrandingOptionsValidator().Validate(null, new BrandingOptions { Accent = "#ffd400" }).Failures!);

        Assert.StartsWith(
            "Branding:Accent: #ffd400 has a contrast of 1.4 to 1 on the white page, where links in it need 4.5 to be "
                + "read. #",
            fault,
            StringComparison.Ordinal);
        var offered = Colour.Parse(fault.Split(". ")[^1][..7])!.Value;
        Assert.True(offered.ContrastTo(Colours.LightCard) >= 4.5);
    }

    [Theory]
    [InlineData("#0b57d0", false)]
    [InlineData("#a8c7fa", true)]
    [InlineData("#00ff00", true)]
    [InlineData("#767676", false)]
    public void What_follows_from_a_colour_can_be_read(string text, bool dark)
    {
        var card = dark ? Colours.DarkCard : Colours.LightCard;
        var declared = Colours.Declarations(Colour.Parse(text)!.Value, card)
            .Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
                .ToDictionary(part => part.Split(": ")[0], part => Colour.Parse(part.Split(": ")[1])!.Value);
        Assert.True(declared["--on-accent"].ContrastTo(declared["--accent"]) >= 4.5);
        Assert.True(declared["--accent-strong"].ContrastTo(declared["--accent-soft"]) >= 4.5);
        Assert.True(declared["--accent-strong"].ContrastTo(card) >= 4.5);
    }

    [Fact]
    public void Nothing_has_to_be_set() =>
        Assert.Equal(
            ValidateOptionsResult.Success, new BrandingOptionsValidator().Validate(null, new BrandingOptions()));
}
