using OAuthServer.Accounts.Mail;

namespace OAuthServer.UnitTests.Accounts.Mail;

/// <summary>What an operator may write in section Mail, and that the password cannot be printed.</summary>
public sealed class MailOptionsTests
{
    public static TheoryData<string, string?> Wrong => new()
    {
        { "From", null },
        { "From", "nobody" },
        { "Tls", "None" },
        { "User", null },
        { "PasswordFile", "/nowhere" },
    };

    [Fact]
    public void A_mail_server_with_a_password_is_right()
    {
        var result = new MailOptionsValidator().Validate(null, Right());
        Assert.False(result.Failed, result.FailureMessage);
        Assert.DoesNotContain("hidden", Right().ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Wrong))]
    public void What_cannot_work_is_named(string setting, string? value)
    {
        var options = Right();
        if (setting == "From") options.From = value ?? "";
        if (setting == "Tls") options.Tls = MailTls.None;
        if (setting == "User") options.User = value;
        if (setting == "PasswordFile") (options.Password, options.PasswordFile) = (null, value);
        Assert.StartsWith(
            $"Mail:{setting}",
            Assert.Single(new MailOptionsValidator().Validate(null, options).Failures!),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Two_places_for_one_password_are_one_too_many()
    {
        using var folder = new Keys.TemporaryDirectory();
        Directory.CreateDirectory(folder.Path);
        var file = Path.Combine(folder.Path, "password");
        File.WriteAllText(file, "hidden");
        var options = Right();
        options.PasswordFile = file;
        Assert.StartsWith(
            "Mail:Password ",
            Assert.Single(new MailOptionsValidator().Validate(null, options).Failures!),
            StringComparison.Ordinal);
    }

    private static MailOptions Right() => new()
    {
        Host = "smtp.example.com",
        From = "Example <no-reply@example.com>",
        User = "oauth",
        Password = "hidden",
    };
}
