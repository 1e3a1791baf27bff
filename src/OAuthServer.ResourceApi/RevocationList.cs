using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace OAuthServer.ResourceApi;

/// <summary>
/// The authorization server's list of revoked tokens. An entry is a whole <c>jti</c> or the part before its dot, which
/// names the grant. After the first answer the server is asked for what it added since. What is known serves while the
/// server is away, up to the stale limit; then nobody is let in.
/// </summary>
internal sealed class RevocationList(
    AuthorizationServerClient server,
    IOptions<OAuthBearerOptions> options,
    TimeProvider clock,
    ILogger<RevocationList> logger) : IDisposable
{
    private readonly OAuthBearerOptions _options = options.Value;
    private readonly SemaphoreSlim _gate = new(1, 1);

    // Each is replaced as a whole, and only inside the gate.
    private volatile Snapshot? _snapshot;
    private volatile Attempt _done = new(0, DateTimeOffset.MinValue);
    private long _started;

    private sealed record Snapshot(RevokedIds Ids, DateTimeOffset CheckedAt);

    private sealed record Attempt(long Number, DateTimeOffset At);

    /// <summary>Null when the token is not revoked, and always when the check is off.</summary>
    public async ValueTask<BearerFailure?> FailureOfAsync(string jti)
    {
        if (!_options.RevocationCheck) return null;
        var startedBefore = Volatile.Read(ref _started);
        if (!IsFresh()) await RefreshAsync(startedBefore);
        var list = _snapshot;
        if (list is null || clock.GetUtcNow() - list.CheckedAt > _options.RevocationStaleLimit)
            return BearerFailure.Unavailable("The list of revoked tokens is not available");
        return list.Ids.Has(jti) ? BearerFailure.Invalid("The access token was revoked") : null;
    }

    public void Dispose() => _gate.Dispose();

    private bool IsFresh() => clock.GetUtcNow() - _done.At < _options.RevocationCheckInterval;

    /// <summary>
    /// Asks once. A request that had to wait takes the answer of an attempt that started after its own arrival.
    /// </summary>
    private async Task RefreshAsync(long startedBefore)
    {
        await _gate.WaitAsync();
        try
        {
            if (IsFresh() || _done.Number > startedBefore) return;
            Volatile.Write(ref _started, _started + 1);
            await AskAsync();
        }
        finally
        {
            _gate.Release();
        }
    }

    private async Task AskAsync()
    {
        var asked = clock.GetUtcNow();
        try
        {
            var known = _snapshot?.Ids ?? RevokedIds.None;
            var answer = await FetchAsync(known);
            _snapshot = new Snapshot(answer is null ? known.WithoutEnded(asked) : known.With(answer, asked), asked);
            _done = new Attempt(_started, asked);
        }
        catch (AuthorizationServerException outage)
        {
            logger.ListUnavailable(_options.Issuer, outage.Message);
            // Counted from the end, so that a server that does not answer is not waited for again at once.
            _done = new Attempt(_started, clock.GetUtcNow());
        }
    }

    // A server that does not take the mark is asked for the whole list at once.
    private async Task<RevocationAnswer?> FetchAsync(RevokedIds known)
    {
        try
        {
            return await server.FetchRevocationsAsync(known.Mark, known.ETag);
        }
        catch (AuthorizationServerException unusable) when (known.Mark is not null && unusable.IsOfThisQuestion)
        {
            return await server.FetchRevocationsAsync(null, null);
        }
    }
}
