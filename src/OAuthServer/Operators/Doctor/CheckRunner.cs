using Npgsql;

namespace OAuthServer.Operators.Doctor;

/// <summary>
/// Runs every check, one after the other. What fails or hangs is a finding of its own; what stands on something that
/// is not there is left out, so that one outage is one finding.
/// </summary>
internal sealed class Examiner(IEnumerable<IDoctorCheck> checks, TimeProvider clock)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Looks at everything.</summary>
    /// <param name="ignored">Ids of findings that the operator knows and wants to hear no more of.</param>
    public async Task<DoctorReport> RunAsync(IReadOnlySet<string> ignored, CancellationToken ct)
    {
        var seen = new List<Checked>();
        Ground? missing = null;
        foreach (var check in checks)
        {
            var saw = check.StandsOn >= missing ? null : await ExamineAsync(check, ct);
            missing = saw?.Missing ?? missing;
            seen.Add(new(check.Name, saw is null ? null : saw with { Findings = [.. saw.Findings.Where(finding => !ignored.Contains(finding.Id))] }));
        }

        return new(seen);
    }

    private async Task<Examination> ExamineAsync(IDoctorCheck check, CancellationToken ct)
    {
        using var limit = new CancellationTokenSource(Patience, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, ct);
        try
        {
            return await check.ExamineAsync(either.Token);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return Failed(check, $"it took longer than {Patience.Text()}");
        }
        catch (Exception failure) when (failure is NpgsqlException or TimeoutException or IOException or UnauthorizedAccessException)
        {
            return Failed(check, failure.Message);
        }
    }

    private static Examination Failed(IDoctorCheck check, string why) => new Notes()
        .Found(FindingIds.CheckFailed, Severity.Error, $"The check of {check.Name} could not be made: {why}", "Mend what it names and run the doctor again.").Done();
}
