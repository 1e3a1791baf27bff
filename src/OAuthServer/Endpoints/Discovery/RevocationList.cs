using System.Text.Json;
using OAuthServer.Protocol;
using OAuthServer.Storage;

namespace OAuthServer.Endpoints.Discovery;

/// <summary>
/// The list of revoked tokens that resource APIs poll. Read from the table at most four times a second, however many
/// APIs ask; bounded by what was revoked within one token lifetime.
/// </summary>
internal sealed class RevocationList(RevokedTokens revoked, TimeProvider clock) : IDisposable
{
    private static readonly TimeSpan Fresh = TimeSpan.FromMilliseconds(250);

    private readonly SemaphoreSlim _reading = new(1, 1);
    private (CachedDocument Document, long ReadAt)? _last;

    /// <summary>The list, at most a quarter of a second old.</summary>
    public async ValueTask<CachedDocument> ReadAsync(CancellationToken ct)
    {
        await _reading.WaitAsync(ct);
        try
        {
            if (_last is { } last && clock.GetElapsedTime(last.ReadAt) < Fresh) return last.Document;
            var body = JsonSerializer.SerializeToUtf8Bytes(new { revocations = await revoked.ListAsync(ct) });
            _last = (CachedDocument.Of(body), clock.GetTimestamp());
            return _last.Value.Document;
        }
        finally
        {
            _reading.Release();
        }
    }

    public void Dispose() => _reading.Dispose();
}
