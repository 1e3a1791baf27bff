using OAuthServer.Settings;
using OAuthServer.Storage;

namespace OAuthServer.Accounts.Mail;

/// <summary>
/// Sends what is in the outbox, on every instance, one mail after the other over one connection: what was queued
/// survives a restart and a dead mail server, and no person waits for it. While the mail server is away the pauses
/// grow.
/// </summary>
internal sealed partial class MailDelivery(
    MailState state,
    MailSorting sorting,
    MailSender sender,
    MailRules rules,
    TimeProvider clock,
    ILogger<MailDelivery> logger) : BackgroundService
{
    // In one transaction, whose lock keeps other instances from sorting meanwhile.
    private const int MostSorted = 50;

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!rules.CanSend) return;
        while (true)
        {
            await Task.Delay(Jitter.Around(rules.PollInterval), clock, stoppingToken);
            try
            {
                if ((await state.LookAsync(stoppingToken)).Unsorted)
                    await sorting.SortAsync(MostSorted, rules.MostAnHour, stoppingToken);
                if ((await state.LookAsync(stoppingToken)).Due) await sender.SendAsync(stoppingToken);
            }
            catch (Exception failure) when (DatabaseFailure.Is(failure) && !stoppingToken.IsCancellationRequested)
            {
                LogNotRead(failure.Message);
            }
        }
    }

    [LoggerMessage(6504, LogLevel.Warning,
        "The outbox for mails could not be read ({Cause}); the next look tries again.")]
    private partial void LogNotRead(string cause);
}
