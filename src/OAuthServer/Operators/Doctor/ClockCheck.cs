using System.Globalization;
using OAuthServer.Storage;

namespace OAuthServer.Operators.Doctor;

/// <summary>Whether this machine and the database agree on the time: codes and refresh tokens end by the database's clock, access tokens by ours.</summary>
internal sealed class ClockCheck(DatabaseFacts database, TimeProvider clock) : IDoctorCheck
{
    private const int Questions = 5;
    private static readonly TimeSpan Tolerable = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Harmful = TimeSpan.FromSeconds(60);

    /// <inheritdoc/>
    public string Name => "clock";

    /// <inheritdoc/>
    public Ground StandsOn => Ground.Database;

    /// <inheritdoc/>
    public async Task<Examination> ExamineAsync(CancellationToken ct)
    {
        var (ahead, roundTrip) = await database.ClockAsync(clock, Questions, ct);
        var off = ahead.Duration();
        var seconds = off.TotalSeconds.ToString("0.000", CultureInfo.InvariantCulture);
        var side = ahead < TimeSpan.Zero ? "behind" : "ahead of";
        return new Notes()
            .Fact("clock", string.Create(CultureInfo.InvariantCulture, $"the database is {seconds} s {side} this machine, give or take {roundTrip.TotalMilliseconds / 2:0.0} ms"))
            .FoundIf(off > Tolerable + (roundTrip / 2), FindingIds.ClockOff, off > Harmful ? Severity.Error : Severity.Warning,
                $"The database's clock is {seconds} s {side} this machine's. APIs refuse tokens that begin in their future, and signed times do not agree.",
                "Let both machines follow NTP (chrony or systemd-timesyncd) and look which of them is wrong.")
            .Done();
    }
}
