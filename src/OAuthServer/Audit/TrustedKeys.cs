using OAuthServer.Keys;
using OAuthServer.Storage;

namespace OAuthServer.Audit;

/// <summary>The public keys of the database, and which of them may have sealed.</summary>
internal sealed class TrustedKeys : IDisposable
{
    private readonly Dictionary<string, PublicKey> _keys = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SealingKey> _used = new(StringComparer.Ordinal);
    private readonly IReadOnlySet<string> _trusted;

    private TrustedKeys(IReadOnlySet<string> trusted) => _trusted = trusted;

    /// <summary>The keys that signed what was checked, in the order of their first seal.</summary>
    public IReadOnlyList<SealingKey> Used => [.. _used.Values.OrderBy(key => key.FirstSequence)];

    /// <summary>Reads the keys. A row whose <c>kid</c> is not the thumbprint of its key is no key.</summary>
    public static async Task<TrustedKeys> ReadAsync(
        SigningKeys stored, IReadOnlySet<string> trusted, CancellationToken ct)
    {
        var keys = new TrustedKeys(trusted);
        foreach (var row in await stored.ListAsync(ct))
        {
            if (!PublicKey.TryRead(row.Modulus, row.Exponent, out var key)) continue;
            if (key.KeyId != row.KeyId || !keys._keys.TryAdd(key.KeyId, key)) key.Dispose();
        }

        return keys;
    }

    /// <summary>What is wrong with the signature of a seal, or null.</summary>
    public string? Fault(AuditSeal seal)
    {
        _used[seal.KeyId] = _used.TryGetValue(seal.KeyId, out var used)
            ? used with { Seals = used.Seals + 1, LastSequence = seal.Sequence }
            : new(seal.KeyId, 1, seal.Sequence, seal.Sequence);
        if (_trusted.Count > 0 && !_trusted.Contains(seal.KeyId))
            return $"was signed by {seal.KeyId}, which is none of the given keys";
        if (!_keys.TryGetValue(seal.KeyId, out var key))
            return $"names the key {seal.KeyId}, which is not in oauth_signing_keys or not what its kid says";
        return key.Verify(SealHash.SignedText(seal), seal.Signature)
            ? null
            : "was changed: its signature does not fit";
    }

    public void Dispose()
    {
        foreach (var key in _keys.Values) key.Dispose();
    }
}
