using Microsoft.Extensions.Options;
using OAuthServer.Accounts.Passwords;
using OAuthServer.Settings;

namespace OAuthServer.UnitTests.Accounts;

/// <summary>Which new passwords are the first guesses, and how long one has to be.</summary>
public sealed class NewPasswordRuleTests
{
    private const string Email = "jane.o'brien@acme-tools.example";

    private static readonly string[] Service = ["login.acme-notes.example", "oauthserver"];

    [Theory]
    [InlineData("password1234567")]
    [InlineData("PassWord2026!")]
    [InlineData("1234Welcome!!")]
    [InlineData("passwordpassword")]
    [InlineData("P@$$w0rd-P@$$w0rd")]
    [InlineData("p@55w0rd!2026!!")]
    [InlineData("Tr0ub4dor&3-2026", false)]
    [InlineData("qwertyuiop12")]
    [InlineData("secretsecret9")]
    [InlineData("Correct Horse Battery Staple")]
    [InlineData("correct-horse_battery.staple!")]
    [InlineData("\uff50\uff41\uff53\uff53\uff57\uff4f\uff52\uff44")]
    [InlineData("violet anchor 7 rides", false)]
    [InlineData("my password hides in a harbour", false)]
    [InlineData("Demo-Passw0rd-2026", false)]
    public void Common_ones_are_refused_in_every_disguise_and_not_inside_a_phrase(
        string password, bool isGuessable = true) =>
        Assert.Equal(isGuessable, Guessable(password, Email));

    [Theory]
    [InlineData("123456789012345")]
    [InlineData("0987654321098765")]
    [InlineData("1q2w3e4r5t6y7u8i9o0p")]
    [InlineData("qwerty123456789")]
    [InlineData("abcdefghijklmnop")]
    [InlineData("1qaz2wsx3edc4rfv5tgb")]
    [InlineData("aaaaaaaaaaaaaaaaaaa")]
    [InlineData("!!!!!!!!!!!!!!!!")]
    [InlineData("abababababababab")]
    [InlineData("")]
    [InlineData("839201748362915", false)]
    [InlineData("$#%&*(@!)-+=?^~<>", false)]
    [InlineData("\u00e9\u00e8\u00ea \u00eb\u00fc\u00f6\u00e4", false)]
    public void What_fingers_make_by_themselves_is_refused_and_digits_alone_are_not(
        string password, bool isGuessable = true) =>
        Assert.Equal(isGuessable, Guessable(password, Email));

    [Theory]
    [InlineData(Email)]
    [InlineData("Jane.O'Brien2026")]
    [InlineData("janejanejane1")]
    [InlineData("2026JANE2026")]
    [InlineData("login.acme-notes.example")]
    [InlineData("Acme-Notes 2026")]
    [InlineData("notesnotesnotesnotes")]
    [InlineData("OAuthServer2026!")]
    [InlineData("8392017jane48362915", false)]
    [InlineData("jane likes acme notes", false)]
    public void The_address_and_the_name_of_the_service_are_refused(string password, bool isGuessable = true) =>
        Assert.Equal(isGuessable, Guessable(password, Email));

    // A part of an address counts from three letters on.
    [Theory]
    [InlineData("jo.li@acme.example", "jo-1234567890", false)]
    [InlineData("joe.li@acme.example", "joe-1234567890", true)]
    [InlineData("jo.lim@acme.example", "202620lim", true)]
    [InlineData("zq@w.example", "vexvexvexvex", false)]
    [InlineData("vex@w.example", "vexvexvexvex", true)]
    [InlineData("vex@w.example", "vexvexvexve", false)]
    [InlineData("x@ab-cd_ef+ghi.example", "ghighighighi", true)]
    public void Short_parts_of_an_address_are_in_many_good_passwords(string email, string password, bool isGuessable) =>
        Assert.Equal(isGuessable, Guessable(password, email));

    [Theory]
    [InlineData(SecondFactorRule.WhenEnrolled, 15)]
    [InlineData(SecondFactorRule.Everyone, 8)]
    internal void A_second_factor_for_everybody_makes_shorter_ones_do(SecondFactorRule rule, int shortest) =>
        Assert.Equal(
            shortest, new PasswordLength(Options.Create(new SecondFactorOptions { Required = rule })).Shortest);

    [Theory]
    [InlineData("fifteen letters", 15)]
    [InlineData("\U0001F40E\U0001F50B\U0001F4CE", 3)]
    [InlineData("e\u0301", 2)]
    public void Characters_are_code_points(string password, int characters) =>
        Assert.Equal(characters, PasswordLength.Of(password));

    private static bool Guessable(string password, string email) => FirstGuesses.Include(password, email, Service);
}
