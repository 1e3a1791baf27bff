using Microsoft.Extensions.Options;
using OAuthServer.Accounts.External;
using OAuthServer.Accounts.Mail;
using OAuthServer.Protocol;

namespace OAuthServer.Accounts;

/// <summary>
/// What people may do about their accounts by themselves, here. What is off has no route and no link.
/// </summary>
internal sealed class SelfService(IOptions<SelfServiceOptions> options, MailRules mail, ExternalProviders providers)
{
    public bool PasswordReset => mail.CanSend && options.Value.PasswordReset;

    public bool Registration => mail.CanSend && options.Value.Registration;

    public bool AddressChange => mail.CanSend && options.Value.AddressChange;

    public bool Deletion => options.Value.Deletion;

    public bool Download => options.Value.Download;

    /// <summary>False for the address of a page that is switched off.</summary>
    public bool Has(string route) => route switch
    {
        Routes.Email => AddressChange,
        Routes.Logins => providers.All.Count > 0,
        Routes.Data => Download,
        Routes.Delete => Deletion,
        _ => true,
    };

    /// <summary>True where mails are shown on a page instead of sent.</summary>
    public bool ShowsMails => mail is { CanSend: true, HasServer: false };
}
