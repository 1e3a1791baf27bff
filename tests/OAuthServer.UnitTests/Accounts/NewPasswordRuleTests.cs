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
}
