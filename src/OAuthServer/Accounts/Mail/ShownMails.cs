using System.Collections.Concurrent;
using MimeKit;

namespace OAuthServer.Accounts.Mail;

/// <summary>A mail that Development shows instead of sending it.</summary>
internal sealed record ShownMail(string To, string Subject, string Text, DateTimeOffset At)
{
    /// <summary>Holds a link.</summary>
    public override string ToString() => Subject;
}

/// <summary>
/// Where mails go in Development without a mail server: into the console, and to a page for this machine
/// (<c>/account/mails</c>). Outside Development nothing is ever handed to it.
/// </summary>
internal sealed partial class ShownMails(IHostEnvironment environment, ILogger<ShownMails> logger) : IMailTransport
{
    private const int Most = 50;

    private readonly ConcurrentQueue<ShownMail> _mails = new();

    /// <summary>The newest first.</summary>
    public IReadOnlyList<ShownMail> All => [.. _mails.Reverse()];

    /// <inheritdoc/>
    public Task OpenAsync(CancellationToken ct) => environment.IsDevelopment()
        ? Task.CompletedTask
        : throw new InvalidOperationException("Mails are shown in Development alone.");

    /// <inheritdoc/>
    public Task<MailAnswer> SendAsync(MimeMessage mail, CancellationToken ct)
    {
        var shown = new ShownMail(mail.To.ToString(), mail.Subject ?? "", mail.TextBody ?? "", mail.Date);
        _mails.Enqueue(shown);
        while (_mails.Count > Most) _mails.TryDequeue(out _);
        LogShown(shown.To, shown.Subject, shown.Text);
        return Task.FromResult(MailAnswer.Taken);
    }

    /// <inheritdoc/>
    public Task CloseAsync() => Task.CompletedTask;

    [LoggerMessage(6506, LogLevel.Information,
        "A mail that is shown here and at /account/mails, since no mail server is set:\n"
        + "To: {To}\nSubject: {Subject}\n\n{Text}")]
    private partial void LogShown(string to, string subject, string text);
}
