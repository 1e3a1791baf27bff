using OAuthServer.Protocol;

namespace OAuthServer.UnitTests.Protocol;

/// <summary>Which names may be meant to be read as another's.</summary>
public sealed class AppNameTests
{
    [Theory]
    [InlineData("P\u0430ypal", true)]
    [InlineData("G\u03bf\u03bfgle Drive", true)]
    [InlineData("Acme \u041a\u0438\u0457\u0432", false)]
    [InlineData("Acme\u30ab\u30e1\u30e9", false)]
    [InlineData("Caf\u00e9 \u00dcber", false)]
    [InlineData("\u041f\u0440\u0438\u0432\u0435\u0442", false)]
    [InlineData("A1-\u04302", false)]
    [InlineData("", false)]
    public void A_word_of_two_alphabets_that_look_alike_is_mixed(string name, bool mixed) =>
        Assert.Equal(mixed, AppName.MixesScripts(name));

    [Theory]
    [InlineData("Acme", "ACME", true)]
    [InlineData("\u00e4CME", "\u00c4cme", true)]
    [InlineData("\uff21cme", "acme", true)]
    [InlineData("Acme", "Acme 2", false)]
    public void Names_are_compared_without_case_and_width(string one, string other, bool same) =>
        Assert.Equal(same, AppName.Folded(one) == AppName.Folded(other));
}
