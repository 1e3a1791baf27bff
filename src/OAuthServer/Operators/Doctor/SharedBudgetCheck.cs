using System.Globalization;
using System.Net;
using Microsoft.Extensions.Options;
using OAuthServer.RateLimits;

namespace OAuthServer.Operators.Doctor;

/// <summary>Whether the Redis in which instances count together answers, and soon enough.</summary>
internal sealed class SharedBudgetCheck(SharedBudgets shared, IOptions<RateLimitOptions> options) : IDoctorCheck
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <inheritdoc/>
    public string Name => "shared rate limits";

    /// <inheritdoc/>
    public Requirement Requires => Requirement.Configuration;

    /// <inheritdoc/>
    public async Task<CheckResult> RunAsync(CancellationToken ct)
    {
        var report = new CheckReport();
        if (!shared.IsOn)
        {
            report.Fact("budgets", "each instance counts for itself");
            return report.Result();
        }

        var (time, fault) = await ProbeAsync(ct);
        if (fault is not null) ReportAway(report, fault);
        else ReportTime(report, time);
        JudgeTransport(report);
        return report.Result();
    }

    private async Task<(TimeSpan Time, string? Fault)> ProbeAsync(CancellationToken ct)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(Patience);
        try
        {
            return await shared.ProbeAsync(limit.Token);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return (default, $"no answer within {Patience.TotalSeconds} s");
        }
    }

    private static void ReportAway(CheckReport report, string fault) => report.Warning(
        FindingIds.SharedBudgetsAway,
        $"Redis gives no permit ({fault}): each instance counts its budgets alone, so N of them allow N times as many.",
        "Check RateLimiting:Shared:Redis, the network, and the rights of its user (docs/operations/limits.md).");

    private void ReportTime(CheckReport report, TimeSpan time)
    {
        var took = string.Create(CultureInfo.InvariantCulture, $"{time.TotalMilliseconds:0.0} ms");
        report.Fact("budgets", $"counted together in Redis, which takes {took}");
        if (time < options.Value.Shared.TimeLimit) return;
        report.Warning(
            FindingIds.SharedBudgetsSlow,
            $"Redis takes {took} for a permit, longer than RateLimiting:Shared:TimeLimit "
            + $"({options.Value.Shared.TimeLimit.TotalMilliseconds:0} ms): instances count alone.",
            "Put Redis nearer to the instances, or raise the limit; a refusal waits that long at most.");
    }

    private void JudgeTransport(CheckReport report)
    {
        var settings = options.Value.Shared.Parse()!;
        if (settings.Ssl || settings.EndPoints.All(IsOnThisMachine)) return;
        report.Note(
            FindingIds.SharedBudgetsPlain,
            "RateLimiting:Shared:Redis is spoken to in clear: whoever changes it on the way sets budgets as they like. "
            + "Nobody's address or name is in it.",
            "Add ssl=true, where the network between is not your own.");
    }

    private static bool IsOnThisMachine(EndPoint server) => server switch
    {
        IPEndPoint address => IPAddress.IsLoopback(address.Address),
        DnsEndPoint name => name.Host == "localhost",
        _ => true,
    };
}
