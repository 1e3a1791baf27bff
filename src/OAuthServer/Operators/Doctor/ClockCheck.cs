using System.Globalization;
using OAuthServer.Storage;

namespace OAuthServer.Operators.Doctor;

/// <summary>
/// Whether this machine and the database agree on the time: codes and refresh tokens end by the database's clock,
/// access tokens by ours.
/// </summary>
internal sealed class ClockCheck(DatabaseFacts database, TimeProvider clock) : IDoctorCheck
{
    private const int Questions = 5;
    private static readonly TimeSpan Tolerable = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Harmful = TimeSpan.FromSeconds(60);

    /// <inheritdoc/>
    public string Name => "clock";

    /// <inheritdoc/>
    public Requirement Requires => Requirement.Database;

    /// <inheritdoc/>
    public async Task<CheckResult> RunAsync(CancellationToken ct)
    {
        var (ahead, roundTrip) = await database.ClockAsync(clock, Questions, ct);
        var off = ahead.Duration();
        var accuracy = roundTrip / 2;
        var seconds = off.TotalSeconds.ToString("0.000", CultureInfo.InvariantCulture);
        var difference = $"{seconds} s {(ahead < TimeSpan.Zero ? "behind" : "ahead of")} this machine";
        var milliseconds = accuracy.TotalMilliseconds.ToString("0.0", CultureInfo.InvariantCulture);
        var report = new CheckReport();
        report.Fact("clock", $"the database is {difference}, give or take {milliseconds} ms");
        if (off > Tolerable + accuracy)
        {
            report.Add(
                off > Harmful ? Severity.Error : Severity.Warning,
                FindingIds.ClockOff,
                $"The database's clock is {difference}. APIs refuse tokens that begin in their future, and signed "
                + "times do not agree.",
                "Let both machines follow NTP (chrony or systemd-timesyncd) and look which of them is wrong.");
        }

        return report.Result();
    }
}
