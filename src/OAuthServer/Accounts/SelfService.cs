using Microsoft.Extensions.Options;
using OAuthServer.Accounts.Mail;

namespace OAuthServer.Accounts;

/// <summary>What people may do about their accounts by themselves, here. What is off has no route and no link.</summary>
internal sealed class SelfService(IOptions<SelfServiceOptions> options, MailRules mail)
{
    public bool PasswordReset => mail.CanSend && options.Value.PasswordReset;

    public bool Registration => mail.CanSend && options.Value.Registration;

    public bool AddressChange => mail.CanSend && options.Value.AddressChange;

    public bool Deletion => options.Value.Deletion;

    public bool Download => options.Value.Download;

    /// <summary>True where mails are shown on a page instead of sent.</summary>
    public bool ShowsMails => mail is { CanSend: true, HasServer: false };
}
