using OAuthServer.Accounts.Mail;
using OAuthServer.Storage;
using OAuthServer.UnitTests.Keys;

namespace OAuthServer.UnitTests.Accounts.Mail;

/// <summary>
/// Templates: one for each mail and language, those of an operator first, and values that are only text.
/// </summary>
public sealed class MailTemplatesTests
{
    private static readonly Dictionary<string, string> Values = new(StringComparer.Ordinal)
    {
        ["service"] = "as.example.test",
        ["address"] = "a&b@example.com",
        ["made_at"] = "2026-11-29 18:00 UTC",
        ["link"] = "https://as.example.test/account/reset?token=t",
        ["new_address"] = "<b>@example.com",
    };

    public static TheoryData<string, string> All => [
        .. from kind in Enum.GetNames<MailKind>() from language in new[] { "en", "de" } select (kind, language)];

    [Theory]
    [MemberData(nameof(All))]
    public void Every_mail_has_a_text_in_every_language(string kind, string language)
    {
        var which = Enum.Parse<MailKind>(kind);
        var mail = new MailTemplates(null).Write(which, language, Values);
        var other = new MailTemplates(null).Write(which, language == "en" ? "de" : "en", Values);
        Assert.NotEqual(other.Subject, mail.Subject);
        Assert.DoesNotContain("{{", mail.Subject + mail.Text + mail.Html, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', mail.Subject);
        Assert.Contains($"<html lang=\"{language}\">", mail.Html, StringComparison.Ordinal);
        Assert.Equal(MailKinds.LinkOf(which) is not null, mail.Text.Contains(Values["link"], StringComparison.Ordinal));
        Assert.Equal(
            MailKinds.LinkOf(which) is not null,
            mail.Html.Contains($"href=\"{Values["link"]}\"", StringComparison.Ordinal));
        Assert.Contains("as.example.test", mail.Text, StringComparison.Ordinal);
        // German says Sie and has its own letters.
        if (language == "de") Assert.Contains("Konto", mail.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_value_is_text_in_html_and_one_line_in_the_subject()
    {
        var values = new Dictionary<string, string>(Values) { ["service"] = "x\r\nBcc: y", ["address"] = "<script>" };
        var mail = new MailTemplates(null).Write(MailKind.Invitation, "en", values);
        Assert.Equal("Your account at x Bcc: y", mail.Subject);
        Assert.Contains("<script>", mail.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("<script>", mail.Html, StringComparison.Ordinal);
        Assert.Contains("&lt;script&gt;", mail.Html, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("de-AT", "Neues Passwort wählen")]
    [InlineData("DE", "Neues Passwort wählen")]
    [InlineData("de_CH", "Neues Passwort wählen")]
    [InlineData("fr", "Choose a new password")]
    [InlineData(null, "Choose a new password")]
    [InlineData("../../x", "Choose a new password")]
    public void The_nearest_language_is_taken_else_English(string? tag, string subject) =>
        Assert.Equal(subject, new MailTemplates(null).Write(MailKind.PasswordReset, tag, Values).Subject);

    [Fact]
    public void A_file_of_the_operator_takes_the_place_of_ours_and_adds_a_language()
    {
        using var folder = new TemporaryDirectory();
        Directory.CreateDirectory(folder.Path);
        File.WriteAllText(Path.Combine(folder.Path, "PasswordReset.en.txt"), "Ours\n\nGo: {{link}}\n");
        File.WriteAllText(Path.Combine(folder.Path, "PasswordReset.fr.txt"), "À nous\n\n{{link}}\n");
        File.WriteAllText(
            Path.Combine(folder.Path, "PasswordReset.en.html"), "<h2>{{address}}</h2><a href=\"{{link}}\">Go</a>");
        File.WriteAllText(Path.Combine(folder.Path, "Layout.html"), "<body>{{content}}</body>");
        Assert.Empty(MailTemplates.Faults(folder.Path));
        var templates = new MailTemplates(folder.Path);
        var mail = templates.Write(MailKind.PasswordReset, "en", Values);
        Assert.Equal(("Ours", "Go: " + Values["link"] + "\n"), (mail.Subject, mail.Text));
        Assert.Equal($"<body><h2>a&amp;b@example.com</h2><a href=\"{Values["link"]}\">Go</a></body>", mail.Html);
        Assert.Equal("À nous", templates.Write(MailKind.PasswordReset, "fr-CA", Values).Subject);
        Assert.Equal("Your password was changed", templates.Write(MailKind.PasswordChanged, "en", Values).Subject);
    }

    [Theory]
    [InlineData("PasswordReset.en.txt", "Subject\n\nNo link", "has no {{link}}")]
    [InlineData("PasswordReset.en.txt", "Subject\n\n{{link}} {{nobody}}", "{{nobody}}")]
    [InlineData("Unknown.en.txt", "x", "is the name of no template")]
    [InlineData("PasswordChanged.EN.txt", "x", "is the name of no template")]
    [InlineData("Layout.html", "<body></body>", "has no {{content}}")]
    public void A_template_that_is_wrong_is_a_fault_at_start(string name, string text, string fault)
    {
        using var folder = new TemporaryDirectory();
        Directory.CreateDirectory(folder.Path);
        File.WriteAllText(Path.Combine(folder.Path, name), text);
        Assert.Contains(fault, Assert.Single(MailTemplates.Faults(folder.Path)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_that_is_none_is_a_fault() =>
        Assert.Contains(
            "must be a folder", Assert.Single(MailTemplates.Faults("/nowhere/at/all")), StringComparison.Ordinal);
}
