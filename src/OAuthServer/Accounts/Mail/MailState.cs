using OAuthServer.Storage;

namespace OAuthServer.Accounts.Mail;

/// <summary>
/// What waits in the outbox, as this instance saw it last: gauges read it, so that a scrape costs the database nothing.
/// </summary>
internal sealed class MailState(MailQueue queue)
{
    private volatile MailBacklog _backlog = new(0, TimeSpan.Zero, Unsorted: false, Due: false);

    public MailBacklog Backlog => _backlog;

    /// <summary>Looks again.</summary>
    public async Task<MailBacklog> LookAsync(CancellationToken ct) => _backlog = await queue.LookAsync(ct);
}
