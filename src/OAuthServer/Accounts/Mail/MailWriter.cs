using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Options;
using MimeKit;
using OAuthServer.Protocol;
using OAuthServer.Settings;
using OAuthServer.Storage;

namespace OAuthServer.Accounts.Mail;

/// <summary>
/// Makes a mail of a row, and its link: the address is the issuer's, whatever host a request named, and the token is
/// made now and kept nowhere but in the mail. A mail that is tried again has another token and the same Message-ID; of
/// several links that arrived each works, until one is used.
/// </summary>
internal sealed class MailWriter(
    IOptions<MailOptions> options, MailTemplates templates, ServerAddress address, AccountTokens tokens)
{
    /// <summary>
    /// The mail, with a link that works once it is sent; null when the address cannot stand in a mail.
    /// </summary>
    public async Task<MimeMessage?> WriteAsync(DueMail mail, CancellationToken ct)
    {
        if (MailAddress.Read(mail.Address!) is not { } to) return null;
        var values = JsonSerializer.Deserialize<Dictionary<string, string>>(mail.Parameters)!;
        // As people know it: by the name that mails are from.
        values["service"] = From().Name is { Length: > 0 } name ? name : address.Host;
        values["address"] = mail.Address!;
        values["made_at"] = mail.MadeAt.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);
        if (MailKinds.LinkOf(mail.Kind) is { } link) values["link"] = await LinkAsync(mail, link, ct);
        var text = templates.Write(mail.Kind, mail.Language, values);

        var message = new MimeMessage
        {
            MessageId = $"{mail.Id:N}@{address.Host}",
            Subject = text.Subject,
            Date = new DateTimeOffset(mail.MadeAt, TimeSpan.Zero),
            Body = new BodyBuilder { TextBody = text.Text, HtmlBody = text.Html }.ToMessageBody(),
        };
        message.From.Add(From());
        message.To.Add(to);
        // No out-of-office answers (RFC 3834 §5).
        message.Headers.Add(HeaderId.AutoSubmitted, "auto-generated");
        return message;
    }

    private MailboxAddress From() => MailboxAddress.TryParse(options.Value.From, out var from)
        ? from
        : new MailboxAddress(address.Host, $"no-reply@{address.Host}");

    private async Task<string> LinkAsync(DueMail mail, string kind, CancellationToken ct)
    {
        var token = Handle.New();
        await tokens.AddAsync(token, kind, mail, MailKinds.LifeOf(mail.Kind), ct);
        var route = kind switch
        {
            LinkKinds.Reset or LinkKinds.Invitation => Routes.Reset,
            LinkKinds.Registration => Routes.Confirm,
            _ => Routes.ConfirmEmail,
        };
        return $"{address.Url(route)}?token={token}";
    }
}
