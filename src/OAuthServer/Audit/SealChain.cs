using OAuthServer.Storage;

namespace OAuthServer.Audit;

/// <summary>Checks seals one after the other, and collects what is wrong.</summary>
/// <param name="lastExpired">Rows up to this id may have left by retention; those above must all be there.</param>
internal sealed class SealChain(AuditEvents log, TrustedKeys keys, long lastExpired)
{
    private readonly List<string> _findings = [];

    public long Seals { get; private set; }

    /// <summary>Rows that are as they were sealed.</summary>
    public long RowsVerified { get; private set; }

    /// <summary>Sealed rows that are gone and may be.</summary>
    public long RowsExpired { get; private set; }

    public IReadOnlyList<string> Findings => _findings;

    public void Find(string finding) => _findings.Add(finding);

    /// <param name="before">The seal checked before it, or null for the first.</param>
    public async Task CheckAsync(AuditSeal seal, AuditSeal? before, CancellationToken ct)
    {
        Seals++;
        var follows = await FollowsAsync(seal, before, ct);
        if (keys.Fault(seal) is { } fault) Find($"Seal {Name(seal)} {fault}.");
        using var hash = new SealHash(before?.Hash);
        await foreach (var row in log.RangeAsync(seal.FromId, seal.ToId, ct)) hash.Add(row);
        if (hash.Rows < seal.RowCount && seal.ToId <= lastExpired)
        {
            RowsExpired += seal.RowCount - hash.Rows;
        }
        else if (hash.Rows != seal.RowCount)
        {
            var what = hash.Rows < seal.RowCount ? "removed from" : "added to";
            Find($"{Math.Abs(hash.Rows - seal.RowCount)} rows were {what} {Rows(seal)}.");
        }
        else if (follows && !hash.Finish().AsSpan().SequenceEqual(seal.Hash))
        {
            Find($"A row was changed or exchanged in {Rows(seal)}, or the seal before it was.");
        }
        else
        {
            RowsVerified += hash.Rows;
        }
    }

    // Whether the hash before this one is known, so that this one's can be computed.
    private async Task<bool> FollowsAsync(AuditSeal seal, AuditSeal? before, CancellationToken ct)
    {
        var expected = (before?.Sequence ?? 0) + 1;
        if (seal.Sequence == expected + 1) Find($"Seal {expected} is missing.");
        else if (seal.Sequence != expected) Find($"Seals {expected} to {seal.Sequence - 1} are missing.");
        var start = before is null ? long.MinValue : before.ToId + 1;
        if (start < seal.FromId && (await log.CountAsync(start, seal.FromId - 1, ct)).Rows is > 0 and var stray)
            Find($"{stray} rows before id {seal.FromId} are under no seal.");
        return seal.Sequence == expected;
    }

    private static string Name(AuditSeal seal) =>
        $"{seal.Sequence} ({seal.Day:yyyy-MM-dd}, ids {seal.FromId} to {seal.ToId})";

    private static string Rows(AuditSeal seal) => $"the rows of seal {Name(seal)}";
}
