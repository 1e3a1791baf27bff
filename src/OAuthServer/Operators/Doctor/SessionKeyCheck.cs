using System.Globalization;
using OAuthServer.Storage;

namespace OAuthServer.Operators.Doctor;

/// <summary>Whether there is a Data Protection key for session cookies and forms. The server makes and renews them by itself.</summary>
internal sealed class SessionKeyCheck(SessionKeys keys, TimeProvider clock) : IDoctorCheck
{
    /// <inheritdoc/>
    public string Name => "session keys";

    /// <inheritdoc/>
    public Ground StandsOn => Ground.Schema;

    /// <inheritdoc/>
    public async Task<Examination> ExamineAsync(CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var all = await keys.ListAsync(ct);
        var notes = new Notes().Fact("session keys", all.Count == 0
            ? "none"
            : string.Create(CultureInfo.InvariantCulture, $"{all.Count}, the last one until {all.Max(key => key.ExpiresAt):yyyy-MM-dd}"));
        return notes
            .FoundIf(all.Count == 0, FindingIds.SessionKeysNone, Severity.Note,
                "There is no Data Protection key yet: nobody has opened a page.", "Nothing: the first page makes one. If people have signed in before, look for the table data_protection_keys in your backup.")
            .FoundIf(all.Count > 0 && all.All(key => key.ExpiresAt <= now), FindingIds.SessionKeysExpired, Severity.Warning,
                "Every Data Protection key has expired, and no instance has made a new one.", "Check that an instance runs, that its clock is right, and that its role may INSERT into data_protection_keys; the next page then makes one.")
            .Done();
    }
}
