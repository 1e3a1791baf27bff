using OAuthServer.Storage;

namespace OAuthServer.Operators.Doctor;

/// <summary>
/// Runs every check, one after the other. One that fails or takes too long is a finding of its own; one that requires
/// something that is not there is left out, so that one outage is one finding.
/// </summary>
internal sealed class CheckRunner(IEnumerable<IDoctorCheck> checks, TimeProvider clock)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    /// <summary>Runs all checks.</summary>
    /// <param name="ignored">Ids of findings that the operator knows and accepts.</param>
    /// <param name="ct">Ends it.</param>
    public async Task<DoctorReport> RunAsync(IReadOnlySet<string> ignored, CancellationToken ct)
    {
        var outcomes = new List<CheckOutcome>();
        Requirement? missing = null;
        foreach (var check in checks)
        {
            if (check.Requires >= missing)
            {
                outcomes.Add(new(check.Name, null));
                continue;
            }

            var result = await RunAsync(check, ct);
            missing = Lower(missing, result.Missing);
            var findings = result.Findings.Where(finding => !ignored.Contains(finding.Id));
            outcomes.Add(new(check.Name, result with { Findings = [.. findings] }));
        }

        return new(outcomes);
    }

    private async Task<CheckResult> RunAsync(IDoctorCheck check, CancellationToken ct)
    {
        using var limit = new CancellationTokenSource(Limit, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, ct);
        try
        {
            return await check.RunAsync(either.Token);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return Failed(check, $"it took longer than {Quantity.Of(Limit)}");
        }
        catch (Exception failure) when (
            DatabaseFailure.Is(failure) || failure is IOException or UnauthorizedAccessException)
        {
            return Failed(check, failure.Message);
        }
    }

    private static Requirement? Lower(Requirement? one, Requirement? other) => one < other ? one : other ?? one;

    private static CheckResult Failed(IDoctorCheck check, string why)
    {
        var report = new CheckReport();
        report.Error(
            FindingIds.CheckFailed,
            $"The check of {check.Name} could not be made: {why}",
            "Fix what it names and run the doctor again.");
        return report.Result();
    }
}
