using MimeKit;

namespace OAuthServer.Accounts.Mail;

/// <summary>What the mail server said of a mail.</summary>
internal enum MailAnswer
{
    /// <summary>It has it.</summary>
    Taken,

    /// <summary>It does not take it, and will not later either.</summary>
    Refused,
}

/// <summary>A mail could not be handed over now; it may be later.</summary>
/// <param name="cause">In words for the operator; no address and no link is part of it.</param>
/// <param name="isConnection">True when it is not about this mail: no other would go through either.</param>
internal sealed class MailNotSentException(string cause, bool isConnection) : Exception(cause)
{
    public bool IsConnection { get; } = isConnection;
}

/// <summary>The way out for mails: one connection, used by one sender.</summary>
internal interface IMailTransport
{
    /// <summary>Makes the connection, unless it is there.</summary>
    /// <exception cref="MailNotSentException">The mail server is away, or does not take us.</exception>
    Task OpenAsync(CancellationToken ct);

    /// <summary>Hands a mail over.</summary>
    /// <exception cref="MailNotSentException">It does not work now.</exception>
    Task<MailAnswer> SendAsync(MimeMessage mail, CancellationToken ct);

    /// <summary>Ends the connection; never throws.</summary>
    Task CloseAsync();
}
