using OAuthServer.Accounts;

namespace OAuthServer.UnitTests.Accounts;

/// <summary>RFC 8265 §4.2.1: one password, however a keyboard writes it.</summary>
public sealed class OpaqueStringTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("correct horse\tbattery", "correct horse\tbattery")]
    [InlineData("Caf\u00e9 Stra\u00dfe", "Cafe\u0301 Stra\u00dfe")]
    [InlineData("a b c d", "a\u00a0b\u3000c\u2003d")]
    [InlineData("\uac00", "\u1100\u1161")]
    [InlineData("\u00c5", "\u212b")]
    [InlineData("\ud83d\udc69\u200d\ud83d\ude80", "\ud83d\udc69\u200d\ud83d\ude80")]
    [InlineData("\ufb01 \u2460", "\ufb01 \u2460")]
    public void A_password_has_one_form(string form, string typed)
    {
        Assert.Equal(form, OpaqueString.Of(typed));
        Assert.Equal(form, OpaqueString.Of(form));
    }

    [Fact]
    public void Letters_stay_as_they_are() =>
        Assert.NotEqual(OpaqueString.Of("\u00c9t\u00e9"), OpaqueString.Of("\u00e9t\u00e9"));

    [Theory]
    [InlineData(0xd800)]
    [InlineData(0xdfff)]
    [InlineData(0xfffe)]
    public void What_is_no_text_has_none(int unit) => Assert.Null(OpaqueString.Of($"password{(char)unit}"));

    [Fact]
    public void This_process_has_what_it_takes() => Assert.True(OpaqueString.CanCompose);
}
