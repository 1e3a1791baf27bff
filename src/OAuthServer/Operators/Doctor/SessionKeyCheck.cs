using System.Globalization;
using OAuthServer.Storage;

namespace OAuthServer.Operators.Doctor;

/// <summary>
/// Whether there is a Data Protection key for session cookies and forms. The server makes and renews them by itself.
/// </summary>
internal sealed class SessionKeyCheck(SessionKeys keys, TimeProvider clock) : IDoctorCheck
{
    /// <inheritdoc/>
    public string Name => "session keys";

    /// <inheritdoc/>
    public Requirement Requires => Requirement.Schema;

    /// <inheritdoc/>
    public async Task<CheckResult> RunAsync(CancellationToken ct)
    {
        var report = new CheckReport();
        var stored = await keys.ListAsync(ct);
        if (stored.Any(key => key.InClear))
        {
            report.Warning(
                FindingIds.SessionKeysInClear,
                "A Data Protection key lies in the database in clear. No instance uses it.",
                "Somebody else put it there, or it is from a backup. Delete it: DELETE FROM data_protection_keys "
                + "WHERE xml LIKE '%<masterKey%';");
        }

        var all = stored.Where(key => !key.InClear).ToList();
        if (all.Count == 0)
        {
            report.Fact("session keys", "none");
            report.Note(
                FindingIds.SessionKeysNone,
                "There is no Data Protection key yet: nobody has opened a page.",
                "Nothing: the first page makes one. If people have signed in before, look for the table "
                + "data_protection_keys in your backup.");
            return report.Result();
        }

        var last = all.Max(key => key.ExpiresAt);
        var day = last.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        report.Fact("session keys", $"{all.Count}, the last one until {day}");
        if (last <= clock.GetUtcNow())
        {
            report.Warning(
                FindingIds.SessionKeysExpired,
                "Every Data Protection key has expired, and no instance has made a new one.",
                "Check that an instance runs, that its clock is right, and that its role may INSERT into "
                + "data_protection_keys; the next page then makes one.");
        }

        return report.Result();
    }
}
