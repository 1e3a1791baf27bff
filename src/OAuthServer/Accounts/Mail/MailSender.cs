using OAuthServer.Settings;
using OAuthServer.Storage;

namespace OAuthServer.Accounts.Mail;

/// <summary>Sends all that is due, and leaves the mail server alone for a while when it does not take mails.</summary>
internal sealed partial class MailSender(
    MailQueue queue,
    MailCourier courier,
    IMailTransport transport,
    MailRules rules,
    TimeProvider clock,
    ILogger<MailSender> logger)
{
    /// <summary>The log event that tells of a mail server that is away.</summary>
    internal const int AwayEvent = 6505;

    private int _failures;
    private DateTimeOffset _notBefore;

    /// <summary>Sends until nothing is due, or the mail server is away.</summary>
    public async Task SendAsync(CancellationToken ct)
    {
        if (clock.GetUtcNow() < _notBefore) return;
        try
        {
            while (await queue.TakeAsync(rules.Lease, ct) is { } mail)
            {
                await courier.SendAsync(mail, ct);
                _failures = 0;
            }
        }
        catch (MailNotSentException away)
        {
            var pause = Jitter.Around(rules.PauseAfter(++_failures));
            _notBefore = clock.GetUtcNow() + pause;
            LogAway(away.Message, pause);
        }
        finally
        {
            await transport.CloseAsync();
        }
    }

    [LoggerMessage(AwayEvent, LogLevel.Error,
        "No mail can be sent: {Cause}. All of them wait; the mail server is tried again in {Pause}.")]
    private partial void LogAway(string cause, TimeSpan pause);
}
