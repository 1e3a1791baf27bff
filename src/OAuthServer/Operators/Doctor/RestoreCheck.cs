using OAuthServer.Audit;

namespace OAuthServer.Operators.Doctor;

/// <summary>Whether the database has all that was seen in it, or was restored from a backup.</summary>
internal sealed class RestoreCheck(SealMark mark) : IDoctorCheck
{
    /// <inheritdoc/>
    public string Name => "restore";

    /// <inheritdoc/>
    public Requirement Requires => Requirement.Schema;

    /// <inheritdoc/>
    public async Task<CheckResult> RunAsync(CancellationToken ct)
    {
        var report = new CheckReport();
        report.Fact("high-water mark", mark.Place ?? "none: Audit:MarkFile is not set");
        if (await mark.FindLostAsync(ct) is { } lost)
        {
            report.Error(
                FindingIds.DatabaseRestored,
                $"The database does not have audit seal {lost.Sequence} of {TerminalText.Time(lost.SealedAt)} any "
                + "more: it was restored from a backup, or a standby that was behind took over.",
                "With all instances stopped, OAuthServer restore end-sessions; or restore accept, if nothing of weight "
                + "was lost. No instance starts before.");
        }

        return report.Result();
    }
}
