using OAuthServer.Accounts.Mail;
using OAuthServer.Storage;

namespace OAuthServer.Operators.Doctor;

/// <summary>Whether mails can be sent, and are.</summary>
internal sealed class MailCheck(MailRules rules, MailQueue queue, IMailTransport transport) : IDoctorCheck
{
    // Sent within seconds when all is well.
    private static readonly TimeSpan Stuck = TimeSpan.FromMinutes(15);

    /// <inheritdoc/>
    public string Name => "mail";

    /// <inheritdoc/>
    public Requirement Requires => Requirement.Schema;

    /// <inheritdoc/>
    public async Task<CheckResult> RunAsync(CancellationToken ct)
    {
        var report = new CheckReport();
        var backlog = await queue.LookAsync(ct);
        report.Fact("mails that wait", Quantity.Of(backlog.Waiting, "mail"));
        if (!rules.HasServer)
        {
            report.Note(
                FindingIds.MailServerNone,
                "Mail:Host is not set: nobody is written to, and nobody can choose a new password by mail.",
                "Set section Mail (docs/operations/mail.md), or nothing, if that is meant.");
            return report.Result();
        }

        await TryServerAsync(report, ct);
        if (backlog.Age > Stuck)
        {
            report.Warning(
                FindingIds.MailStuck,
                $"The oldest mail that waits was queued {(int)backlog.Age.TotalMinutes} minutes ago.",
                $"Look for the log events {MailSender.AwayEvent} and {MailCourier.FailedEvent}, and whether an "
                + "instance runs.");
        }

        return report.Result();
    }

    private async Task TryServerAsync(CheckReport report, CancellationToken ct)
    {
        try
        {
            await transport.OpenAsync(ct);
            report.Fact("mail server", "answers");
        }
        catch (MailNotSentException away)
        {
            report.Error(
                FindingIds.MailServerAway,
                $"The mail server does not take us: {away.Message}.",
                "Check Mail:Host, Mail:Port, Mail:Tls, the user and the password. Mails wait meanwhile and none is "
                + "lost before its link would end.");
        }
        finally
        {
            await transport.CloseAsync();
        }
    }
}
