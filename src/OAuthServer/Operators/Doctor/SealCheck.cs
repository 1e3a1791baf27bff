using Microsoft.Extensions.Options;
using OAuthServer.Audit;
using OAuthServer.Storage;

namespace OAuthServer.Operators.Doctor;

/// <summary>Whether audit rows are sealed in time.</summary>
internal sealed class SealCheck(AuditSeals seals, IOptions<AuditOptions> options) : IDoctorCheck
{
    private const int Rounds = 5;
    private static readonly TimeSpan Least = TimeSpan.FromMinutes(10);

    /// <inheritdoc/>
    public string Name => "audit seals";

    /// <inheritdoc/>
    public Requirement Requires => Requirement.Schema;

    /// <inheritdoc/>
    public async Task<CheckResult> RunAsync(CancellationToken ct)
    {
        var lag = await seals.LagAsync(ct);
        var tolerable = options.Value.SealInterval * Rounds;
        if (tolerable < Least) tolerable = Least;
        var report = new CheckReport();
        report.Fact("oldest row without a seal", lag is { } age ? Quantity.Of(age) : "none");
        if (lag is { } waiting && waiting > tolerable)
        {
            report.Warning(
                FindingIds.SealsBehind,
                $"The oldest audit row without a seal is {Quantity.Of(waiting)} old; Audit:SealInterval is "
                + $"{options.Value.SealInterval}.",
                "Check that an instance runs and has a signing key, and that nobody holds a transaction open that has "
                + "written to oauth_audit_events (pg_stat_activity).");
        }

        return report.Result();
    }
}
