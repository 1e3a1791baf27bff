using MimeKit;

namespace OAuthServer.Accounts.Mail;

/// <summary>
/// Reads an address for a mail: one address alone (RFC 5322 §3.4.1), without a name, a comment or a list.
/// </summary>
internal static class MailAddress
{
    /// <summary>Null for what is none.</summary>
    public static MailboxAddress? Read(string text)
    {
        try
        {
            return new MailboxAddress("", text);
        }
        catch (ParseException)
        {
            return null;
        }
    }
}
