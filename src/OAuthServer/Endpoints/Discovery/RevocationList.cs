using OAuthServer.Protocol;
using OAuthServer.Storage;

namespace OAuthServer.Endpoints.Discovery;

/// <summary>
/// The list of revoked tokens that resource APIs poll. The table is asked at most four times a second for what was
/// added, however many APIs ask; each of them gets the whole list, or what it does not know yet.
/// </summary>
internal sealed class RevocationList(RevokedTokens revoked, TimeProvider clock) : IDisposable
{
    private static readonly TimeSpan Fresh = TimeSpan.FromMilliseconds(250);

    private readonly SemaphoreSlim _reading = new(1, 1);
    private LiveRevocations? _live;
    private long _readAt;

    /// <summary>
    /// The list, at most a quarter of a second old: as far as a reader with this mark needs it, or whole.
    /// </summary>
    public async ValueTask<CachedDocument> ReadAsync(RevocationMark? since, CancellationToken ct) =>
        (await LiveAsync(since, ct)).Since(since);

    /// <summary>Whether an access token is listed, by its whole <c>jti</c> or by its grant.</summary>
    public async ValueTask<bool> HasAsync(string tokenId, CancellationToken ct) =>
        (await LiveAsync(null, ct)).Has(tokenId);

    public void Dispose() => _reading.Dispose();

    private async ValueTask<LiveRevocations> LiveAsync(RevocationMark? since, CancellationToken ct)
    {
        await _reading.WaitAsync(ct);
        try
        {
            if (_live is not { } live || clock.GetElapsedTime(_readAt) >= Fresh || IsAhead(since, live))
                (_live, _readAt) = (await ReadAsync(_live, ct), clock.GetTimestamp());
            return _live;
        }
        finally
        {
            _reading.Release();
        }
    }

    // Another instance, asked a moment ago, may have read further.
    private static bool IsAhead(RevocationMark? since, LiveRevocations live) =>
        since is { } mark && live.IsBehind(mark);

    private async Task<LiveRevocations> ReadAsync(LiveRevocations? known, CancellationToken ct)
    {
        if (known?.With(await revoked.ReadAsync(known.SeenBelow, ct)) is { } live) return live;
        return LiveRevocations.Of(await revoked.ReadAsync(0, ct));
    }
}
