using System.Globalization;
using Microsoft.Extensions.Options;
using OAuthServer.Storage;

namespace OAuthServer.Audit;

/// <summary>The last seal that somebody saw, as it stands in a file outside the database.</summary>
internal sealed record SealNote(long Sequence, string Hash, DateTimeOffset SealedAt)
{
    /// <summary>One line: number and hash, as <c>audit verify --expect</c> takes them, and the time.</summary>
    public string Line => string.Create(CultureInfo.InvariantCulture, $"{Sequence}:{Hash} {SealedAt:O}");

    public static SealNote Of(AuditSeal seal) =>
        new(seal.Sequence, Convert.ToHexStringLower(seal.Hash), new(seal.SealedAt, TimeSpan.Zero));

    /// <summary>Null for anything else than such a line.</summary>
    public static SealNote? Parse(string line) =>
        line.Trim().Split(' ', ':') is [var number, { Length: 64 } hash, .. var time]
        && long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var sequence)
        && DateTimeOffset.TryParse(string.Join(':', time), CultureInfo.InvariantCulture, out var sealedAt)
            ? new(sequence, hash, sealedAt)
            : null;
}

/// <summary>
/// Whether the database still has the last seal that was seen: if not, it was restored, and what was used or revoked
/// since lives again (docs/decisions/047-a-mark-outside-the-database.md).
/// </summary>
internal sealed partial class SealMark(AuditSeals seals, IOptions<AuditOptions> options, ILogger<SealMark> logger)
{
    /// <summary>The file; null when none is configured.</summary>
    public string? Place => options.Value.MarkFile is { Length: > 0 } file ? file : null;

    /// <summary>
    /// The seal in the file that the database does not have; null when it has it, or nothing is known.
    /// </summary>
    public async Task<SealNote?> FindLostAsync(CancellationToken ct)
    {
        if (await ReadAsync(ct) is not { } note) return null;
        var stored = await seals.FindAsync(note.Sequence, ct);
        return stored is not null && SealNote.Of(stored).Hash == note.Hash ? null : note;
    }

    /// <summary>Notes the last seal, unless the one noted before is lost: then the file stays as it is.</summary>
    public async Task KeepAsync(CancellationToken ct)
    {
        if (Place is null) return;
        try
        {
            if (await FindLostAsync(ct) is { } lost) LogLost(lost.Sequence, lost.SealedAt);
            else await ResetAsync(ct);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            LogUnwritable(Place, failure.Message);
        }
    }

    /// <summary>Notes the last seal, whatever was noted before.</summary>
    public async Task ResetAsync(CancellationToken ct)
    {
        if (Place is not { } file) return;
        if (await seals.LastAsync(ct) is not { } last)
        {
            File.Delete(file);
            return;
        }

        // Beside it first: whoever reads meanwhile finds one or the other, and never half of one.
        var beside = $"{file}.{Environment.ProcessId}";
        await File.WriteAllTextAsync(beside, SealNote.Of(last).Line + "\n", ct);
        File.Move(beside, file, overwrite: true);
    }

    private async Task<SealNote?> ReadAsync(CancellationToken ct)
    {
        if (Place is not { } file || !File.Exists(file)) return null;
        var text = await File.ReadAllTextAsync(file, ct);
        var note = SealNote.Parse(text);
        if (note is null) LogUnreadable(file);
        return note;
    }

    [LoggerMessage(6104, LogLevel.Error,
        "The database does not have audit seal {Sequence} of {SealedAt} any more: it was restored, and what was used "
        + "or revoked since lives again. Stop all instances and run OAuthServer restore end-sessions.")]
    private partial void LogLost(long sequence, DateTimeOffset sealedAt);

    [LoggerMessage(6105, LogLevel.Warning, "The last audit seal could not be noted in {File}: {Cause}")]
    private partial void LogUnwritable(string file, string cause);

    [LoggerMessage(6106, LogLevel.Warning, "{File} holds no audit seal, and is written anew.")]
    private partial void LogUnreadable(string file);
}
