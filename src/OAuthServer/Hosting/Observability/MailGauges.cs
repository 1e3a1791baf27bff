using System.Diagnostics.Metrics;
using OAuthServer.Accounts.Mail;

namespace OAuthServer.Hosting.Observability;

/// <summary>What waits in the outbox for mails.</summary>
internal sealed class MailGauges(MailState state) : IGauges
{
    public void AddTo(Meter meter)
    {
        meter.CreateObservableGauge(
            "oauth.server.mail.waiting", () => state.Backlog.Waiting, "{mail}",
            "Mails that are neither sent nor given up, of all instances, as this one saw them last.");
        meter.CreateObservableGauge(
            "oauth.server.mail.oldest", () => state.Backlog.Age.TotalSeconds, "s",
            "How long the oldest of them waits; more than some minutes means that the mail server takes none.");
    }
}
