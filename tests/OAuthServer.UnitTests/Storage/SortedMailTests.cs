using OAuthServer.Storage;

namespace OAuthServer.UnitTests.Storage;

/// <summary>What becomes of a mail that was asked for, by the account that its address belongs to.</summary>
public sealed class SortedMailTests
{
    private static readonly UnsortedMail Asked = new()
    {
        Kind = MailKind.PasswordReset,
        AccountId = Guid.NewGuid(),
        HasPassword = true,
        Confirmed = true,
    };

    public static TheoryData<string, string, string?> Rows => new()
    {
        { "reset", "PasswordReset", null },
        { "reset of nobody", "PasswordReset", "no_account" },
        { "reset disabled", "PasswordReset", "no_account" },
        { "reset passwordless", "NoPassword", null },
        { "reset passwordless unconfirmed", "PasswordReset", null },
        { "reset fifth", "PasswordReset", "over_budget" },
        { "reset fourth", "PasswordReset", null },
        { "registration", "AddressHasAccount", null },
        { "registration of nobody", "Registration", null },
        { "registration unconfirmed", "PasswordReset", null },
        { "registration disabled", "AddressHasAccount", null },
        { "registration disabled unconfirmed", "AddressHasAccount", null },
    };

    [Theory]
    [MemberData(nameof(Rows))]
    public void Each_kind_of_account_gets_the_mail_that_it_can_use(string what, string kind, string? outcome)
    {
        var mail = Asked with
        {
            Kind = what.StartsWith("reset", StringComparison.Ordinal) ? MailKind.PasswordReset : MailKind.Registration,
            AccountId = what.EndsWith("of nobody", StringComparison.Ordinal) ? null : Asked.AccountId,
            Disabled = Is("disabled"),
            HasPassword = !Is("passwordless"),
            Confirmed = !Is("unconfirmed"),
            Recent = Is("fifth") ? 5 : Is("fourth") ? 4 : 0,
        };

        Assert.Equal(new SortedMail(Enum.Parse<MailKind>(kind), outcome), SortedMail.Of(mail, mostAnHour: 5));

        bool Is(string word) => what.Split(' ').Contains(word);
    }
}
