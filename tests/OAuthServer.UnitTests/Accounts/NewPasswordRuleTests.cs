using OAuthServer.Accounts;

namespace OAuthServer.UnitTests.Accounts;

/// <summary>Which new passwords are the first guesses.</summary>
public sealed class NewPasswordRuleTests
{
    private const string Email = "jane.o'brien@acme-tools.example";

    [Theory]
    [InlineData("password1234")]
    [InlineData("PassWord2026!")]
    [InlineData("1234Welcome!!")]
    [InlineData("passwordpassword")]
    [InlineData("qwertyuiop12")]
    [InlineData("secretsecret9")]
    [InlineData("123456789012")]
    [InlineData(Email)]
    [InlineData("Jane.O'Brien2026")]
    [InlineData("acme-tools-2026", false)]
    [InlineData("janejanejane1")]
    [InlineData("violet anchor 7 rides", false)]
    [InlineData("Demo-Passw0rd!", false)]
    public void First_guesses_are_refused(string password, bool isGuessable = true) =>
        Assert.Equal(isGuessable, NewPasswordRule.IsGuessable(password, Email));

    // A part of an address counts from three letters on.
    [Theory]
    [InlineData("jo.li@acme.example", "jo-1234567890", false)]
    [InlineData("jo.li@acme.example", "li2026202620", false)]
    [InlineData("joe.li@acme.example", "joe-1234567890", true)]
    [InlineData("jo.lim@acme.example", "2026202620lim", true)]
    public void Short_parts_of_an_address_are_in_many_good_passwords(string email, string password, bool isGuessable) =>
        Assert.Equal(isGuessable, NewPasswordRule.IsGuessable(password, email));

    [Theory]
    [InlineData("zq@w.example", "vexvexvexvex", false)]
    [InlineData("vex@w.example", "vexvexvexvex", true)]
    [InlineData("vex@w.example", "vexvexvexve", false)]
    [InlineData("x@ab-cd_ef+ghi.example", "ghighighighi", true)]
    [InlineData("x@ab-cdc_ef+gh.example", "12345678cdc!", true)]
    [InlineData("x@w.example", "", true)]
    [InlineData("x@w.example", "2026-11-29 12:00", true)]
    [InlineData("x@w.example", "\u00e9\u00e9\u00e9\u00e9 \u00e9\u00e9\u00e9", false)]
    public void Signs_around_and_repetition_make_no_other_password(string email, string password, bool isGuessable) =>
        Assert.Equal(isGuessable, NewPasswordRule.IsGuessable(password, email));
}
