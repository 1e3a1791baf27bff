using OAuthServer.Storage;

namespace OAuthServer.Operators.Audit;

/// <summary>
/// Returns each new event once. A row becomes visible a moment after its id was handed out, so every look goes back a
/// little and leaves out what was returned before.
/// </summary>
internal sealed class AuditFollower(AuditEvents log, AuditFilter filter)
{
    private const int LookBack = 1000;
    private const int MostAtOnce = 10_000;

    private HashSet<long> _seen = [];
    private long _newest;

    /// <summary>The newest <paramref name="lines"/> events, from which to follow.</summary>
    public async Task<IReadOnlyList<FoundEvent>> BeginAsync(int lines, CancellationToken ct)
    {
        _newest = (await log.FindAsync(new AuditFilter(), 1, ct)) is [var newest] ? newest.Row.Id : 0;
        _seen = [.. (await ReadAsync(ct)).Select(found => found.Row.Id)];
        var begin = await log.FindAsync(filter, lines, ct);
        foreach (var found in begin) IsNew(found);
        return begin;
    }

    /// <summary>What was not returned before.</summary>
    public async Task<IReadOnlyList<FoundEvent>> NextAsync(CancellationToken ct)
    {
        var next = (await ReadAsync(ct)).Where(IsNew).ToList();
        _seen.RemoveWhere(id => id <= _newest - LookBack);
        return next;
    }

    private Task<IReadOnlyList<FoundEvent>> ReadAsync(CancellationToken ct) =>
        log.FindAsync(filter with { AboveId = _newest - LookBack }, MostAtOnce, ct);

    private bool IsNew(FoundEvent found)
    {
        _newest = Math.Max(_newest, found.Row.Id);
        return _seen.Add(found.Row.Id);
    }
}
