using OAuthServer.Audit;
using OAuthServer.Settings;
using OAuthServer.Storage;

namespace OAuthServer.Accounts.Mail;

/// <summary>
/// Sends one mail, and notes what came of it. Neither a link nor an address is ever part of a log line: a mail has an
/// id.
/// </summary>
internal sealed partial class MailCourier(
    IMailTransport transport,
    MailWriter writer,
    MailQueue queue,
    MailRules rules,
    ServerTelemetry telemetry,
    ILogger<MailCourier> logger)
{
    /// <summary>The log events that tell of a mail that was not sent.</summary>
    internal const int FailedEvent = 6501;
    internal const int RefusedEvent = 6502;
    internal const int DroppedEvent = 6503;

    /// <summary>One try.</summary>
    /// <exception cref="MailNotSentException">No mail can be sent now; this one waits.</exception>
    public async Task SendAsync(DueMail mail, CancellationToken ct)
    {
        if (Fault(mail) is { } outcome)
        {
            await DropAsync(mail, outcome);
            return;
        }

        using var span = telemetry.Span("send a mail");
        var isOpen = false;
        try
        {
            await transport.OpenAsync(ct);
            isOpen = true;
            if (await writer.WriteAsync(mail, ct) is not { } message)
            {
                await DropAsync(mail, MailOutcomes.Unreadable);
                return;
            }

            using (message) await NoteAsync(mail, await transport.SendAsync(message, ct));
        }
        catch (MailNotSentException failure)
        {
            // When nothing goes through it is not this mail's fault: it is first again when something does.
            await PostponeAsync(mail, failure.Message, isOpen ? rules.PauseAfter(mail.Tries) : TimeSpan.Zero);
            if (failure.IsConnection) throw;
        }
        catch (Exception failure) when (failure is not OperationCanceledException && !DatabaseFailure.Is(failure))
        {
            // Whatever it was, the other mails go on.
            await PostponeAsync(mail, failure.Message, rules.PauseAfter(mail.Tries));
        }
    }

    // What is not worth sending any more.
    private static string? Fault(DueMail mail)
    {
        if (mail.Expired) return MailOutcomes.Expired;
        if (mail.Address is null) return MailOutcomes.NoAccount;
        if (MailKinds.LinkOf(mail.Kind) is null || mail.AccountId is null) return null;
        if (mail.Stamp is null || mail.Disabled) return MailOutcomes.NoAccount;
        return mail.Stamp != mail.AskedStamp || (mail.Kind == MailKind.AddressConfirmation && mail.Confirmed)
            ? MailOutcomes.Outdated
            : null;
    }

    private async Task NoteAsync(DueMail mail, MailAnswer answer)
    {
        if (answer == MailAnswer.Taken)
        {
            telemetry.Mailed(mail.Kind.ToString(), MailOutcomes.Sent);
            await queue.EndAsync(mail, MailOutcomes.Sent, null, null, CancellationToken.None);
            return;
        }

        telemetry.Mailed(mail.Kind.ToString(), MailOutcomes.Refused);
        LogRefused(mail.Kind, mail.Id);
        await queue.EndAsync(
            mail, MailOutcomes.Refused, AuditEventNames.MailRefused, Detail(mail), CancellationToken.None);
    }

    private async Task DropAsync(DueMail mail, string outcome)
    {
        telemetry.Mailed(mail.Kind.ToString(), outcome);
        LogDropped(mail.Kind, mail.Id, outcome);
        var isLoss = outcome is MailOutcomes.Expired or MailOutcomes.Unreadable;
        await queue.EndAsync(
            mail, outcome, isLoss ? AuditEventNames.MailDropped : null, Detail(mail), CancellationToken.None);
    }

    private async Task PostponeAsync(DueMail mail, string cause, TimeSpan pause)
    {
        telemetry.Mailed(mail.Kind.ToString(), "failed");
        if (pause > TimeSpan.Zero) LogFailed(mail.Kind, mail.Id, cause, pause);
        await queue.PostponeAsync(mail, Jitter.Around(pause), CancellationToken.None);
    }

    private static string Detail(DueMail mail) => $"{mail.Kind} {mail.Id}";

    [LoggerMessage(
        FailedEvent, LogLevel.Warning,
        "The mail {Kind} {Mail} was not sent: {Cause}. It is tried again in {Pause}.")]
    private partial void LogFailed(MailKind kind, Guid mail, string cause, TimeSpan pause);

    [LoggerMessage(RefusedEvent, LogLevel.Warning, "The mail server refuses the mail {Kind} {Mail} for good.")]
    private partial void LogRefused(MailKind kind, Guid mail);

    [LoggerMessage(DroppedEvent, LogLevel.Warning, "The mail {Kind} {Mail} is not sent any more: {Outcome}.")]
    private partial void LogDropped(MailKind kind, Guid mail, string outcome);
}
