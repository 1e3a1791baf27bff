using OAuthServer.Settings;

namespace OAuthServer.Audit;

/// <summary>The section <c>Audit</c>: how soon audit rows are sealed and how long they stay.</summary>
internal sealed class AuditOptions
{
    public const string Section = "Audit";

    /// <summary>
    /// The time between two rounds of sealing: a row is sealed about this long after it was written, at the latest.
    /// </summary>
    public TimeSpan SealInterval { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>How long audit rows stay. Whole sealed days leave; their seals stay.</summary>
    public TimeSpan Retention { get; set; } = TimeSpan.FromDays(400);

    /// <summary>
    /// A file outside the database, such as <c>/var/lib/oauthserver/mark</c>, in which instances note the last audit
    /// seal. A database that does not have it any more was restored: no instance starts on it, and the doctor says so
    /// (docs/operations/backup-and-restore.md). Instances may share it, or have one each.
    /// </summary>
    public string? MarkFile { get; set; }
}

/// <summary>What an operator may write in section <c>Audit</c>.</summary>
internal sealed class AuditOptionsValidator : OptionsValidator<AuditOptions>
{
    protected override IEnumerable<string?> Faults(AuditOptions options) =>
    [
        Range("Audit:SealInterval", options.SealInterval, TimeSpan.FromSeconds(1), TimeSpan.FromDays(1)),
        Range("Audit:Retention", options.Retention, TimeSpan.FromDays(1), TimeSpan.FromDays(36500)),
        Rule(
            string.IsNullOrEmpty(options.MarkFile)
            || (Path.IsPathFullyQualified(options.MarkFile)
                && Directory.Exists(Path.GetDirectoryName(options.MarkFile))),
            "Audit:MarkFile must be the whole path of a file, in a folder that is there."),
    ];
}
