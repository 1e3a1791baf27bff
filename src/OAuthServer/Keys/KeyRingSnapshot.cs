using System.Buffers;
using System.Collections.Immutable;
using System.Text.Json;
using Microsoft.IdentityModel.Tokens;
using OAuthServer.Protocol;

namespace OAuthServer.Keys;

/// <summary>The public half of a key that is in the JWK Set.</summary>
internal sealed record PublishedKey
{
    public required string KeyId { get; init; }

    public required KeyStage Stage { get; init; }

    /// <summary>Null where the store does not say.</summary>
    public required DateTimeOffset? CreatedAt { get; init; }

    /// <summary>The <c>n</c> of the JWK, base64url (RFC 7518 §6.3.1.1).</summary>
    public required string Modulus { get; init; }

    /// <summary>The <c>e</c> of the JWK, base64url (RFC 7518 §6.3.1.2).</summary>
    public required string Exponent { get; init; }

    /// <summary>To verify tokens with.</summary>
    public required RsaSecurityKey Verifier { get; init; }

    public static PublishedKey Of(StoredKey stored) => new()
    {
        KeyId = stored.Key.KeyId,
        Stage = stored.Stage,
        CreatedAt = stored.CreatedAt,
        Modulus = stored.Key.Modulus,
        Exponent = stored.Key.Exponent,
        Verifier = stored.Key.Verifier,
    };
}

/// <summary>
/// The keys of one moment: the one that signs, those that are published, and the JWK Set (RFC 7517 §5) built once.
/// A request takes one snapshot and keeps it, so that its header and its signature agree.
/// </summary>
/// <param name="Signing">The key that signs; it stays usable for as long as anyone holds it.</param>
/// <param name="Published">Every published key, the signing one first.</param>
/// <param name="Jwks">The JWK Set as UTF-8 JSON: public members only.</param>
/// <param name="Secrets">The server secrets of the same moment.</param>
internal sealed record KeyRingSnapshot(
    SigningKey Signing, ImmutableArray<PublishedKey> Published, CachedDocument Jwks, ServerSecrets Secrets)
{
    /// <summary>Builds a snapshot of <paramref name="keys"/>, one of which is current.</summary>
    public static KeyRingSnapshot Of(IReadOnlyList<StoredKey> keys, ServerSecrets secrets)
    {
        ImmutableArray<PublishedKey> published = [.. keys.Select(PublishedKey.Of)];
        var signing = keys.Single(key => key.Stage == KeyStage.Current).Key;
        return new KeyRingSnapshot(signing, published, CachedDocument.Of(WriteJwks(published)), secrets);
    }

    private static byte[] WriteJwks(ImmutableArray<PublishedKey> keys)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteStartArray("keys");
            foreach (var key in keys)
            {
                json.WriteStartObject();
                json.WriteString("kty", "RSA");
                json.WriteString("use", "sig");
                json.WriteString("alg", "RS256");
                json.WriteString("kid", key.KeyId);
                json.WriteString("n", key.Modulus);
                json.WriteString("e", key.Exponent);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }
}
