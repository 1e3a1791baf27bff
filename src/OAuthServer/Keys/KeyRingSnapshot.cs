using System.Buffers;
using System.Buffers.Text;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text.Json;

namespace OAuthServer.Keys;

/// <summary>A key that is in the JWK Set, and its stage. <paramref name="CreatedAt"/> is null where the store does not say.</summary>
internal sealed record PublishedKey(string KeyId, KeyStage Stage, DateTimeOffset? CreatedAt);

/// <summary>
/// The keys of one moment: the one that signs, those that are published, and the JWK Set (RFC 7517 §5) built once.
/// A request takes one snapshot and keeps it, so that its header and its signature agree.
/// </summary>
/// <param name="Signing">The key that signs; it stays usable for as long as anyone holds it.</param>
/// <param name="Published">Every published key, the signing one first.</param>
/// <param name="JwksDocument">The JWK Set as UTF-8 JSON: public members only.</param>
/// <param name="JwksETag">A strong entity tag of the document, with its quotes (RFC 9110 §8.8.3).</param>
internal sealed record KeyRingSnapshot(
    SigningKey Signing, ImmutableArray<PublishedKey> Published, ReadOnlyMemory<byte> JwksDocument, string JwksETag)
{
    /// <summary>Builds a snapshot of <paramref name="keys"/>, one of which is current.</summary>
    public static KeyRingSnapshot Of(IReadOnlyList<StoredKey> keys)
    {
        var document = WriteJwks(keys);
        return new KeyRingSnapshot(
            keys.Single(key => key.Stage == KeyStage.Current).Key,
            [.. keys.Select(key => new PublishedKey(key.Key.KeyId, key.Stage, key.CreatedAt))],
            document,
            $"\"{Base64Url.EncodeToString(SHA256.HashData(document).AsSpan(0, 16))}\"");
    }

    private static byte[] WriteJwks(IReadOnlyList<StoredKey> keys)
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
                json.WriteString("kid", key.Key.KeyId);
                json.WriteString("n", key.Key.Modulus);
                json.WriteString("e", key.Key.Exponent);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }
}
