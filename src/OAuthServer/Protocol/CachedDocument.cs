using System.Buffers.Text;
using System.Security.Cryptography;

namespace OAuthServer.Protocol;

/// <summary>A document in memory with its strong entity tag, quotes included (RFC 9110 §8.8.3).</summary>
internal sealed record CachedDocument(ReadOnlyMemory<byte> Body, string ETag)
{
    private const int TagBytes = 16;

    /// <summary>Makes the tag from the body.</summary>
    public static CachedDocument Of(ReadOnlyMemory<byte> body) =>
        new(body, $"\"{Base64Url.EncodeToString(SHA256.HashData(body.Span).AsSpan(0, TagBytes))}\"");
}
