using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace OAuthServer.Protocol;

/// <summary>
/// The one source of randomness: opaque values of 256 bits for codes and refresh tokens (RFC 6749 §10.10), their
/// hashes, and identifiers. Only hashes of handles are ever stored.
/// </summary>
internal static class Handle
{
    private const int Size = 32;

    // Whole seconds since 1970, most significant byte first, until the year 2106.
    private const int TimeSize = 4;

    private static readonly int RefreshTokenLength = Base64Url.GetEncodedLength(TimeSize + Size);

    /// <summary>A new opaque value: 43 unreserved characters.</summary>
    public static string New() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(Size));

    /// <summary>The SHA-256 under which a handle is stored and found. One hash is enough for 256 random bits.</summary>
    public static byte[] Hash(string handle) => SHA256.HashData(Encoding.UTF8.GetBytes(handle));

    /// <summary>A new refresh token: 48 unreserved characters, 256 random bits behind the second in which it was made.</summary>
    public static string NewRefreshToken(DateTimeOffset now) => Base64Url.EncodeToString(NewNonce(now));

    /// <summary>
    /// The key of a refresh token's row: its time and the SHA-256 of the whole. Rows made one after the other so lie side by
    /// side in the index, however many there are, and a write to it finds its page in memory. A token that names no time,
    /// from before schema 012, has its hash alone.
    /// </summary>
    public static byte[] RefreshTokenKey(string token)
    {
        Span<byte> parts = stackalloc byte[TimeSize + Size];
        if (token.Length != RefreshTokenLength || Base64Url.DecodeFromChars(token, parts, out _, out _) != OperationStatus.Done) return Hash(token);
        SHA256.HashData(Encoding.UTF8.GetBytes(token), parts[TimeSize..]);
        return parts.ToArray();
    }

    /// <summary>The time and the random bytes that, with the presented token, make its successor.</summary>
    public static byte[] NewNonce(DateTimeOffset now)
    {
        var nonce = RandomNumberGenerator.GetBytes(TimeSize + Size);
        BinaryPrimitives.WriteUInt32BigEndian(nonce, (uint)now.ToUnixTimeSeconds());
        return nonce;
    }

    /// <summary>
    /// The refresh token that follows <paramref name="presented"/>. The same pair always gives the same successor, so a
    /// lost answer can be repeated although only hashes are stored; neither part alone is enough to compute it. A nonce
    /// without a time, from before schema 012, gives a token without one.
    /// </summary>
    public static string Successor(ReadOnlySpan<byte> nonce, string presented)
    {
        var time = nonce[..^Size];
        Span<byte> parts = stackalloc byte[TimeSize + Size];
        time.CopyTo(parts);
        HMACSHA256.HashData(nonce, Encoding.UTF8.GetBytes(presented), parts[time.Length..]);
        return Base64Url.EncodeToString(parts[..(time.Length + Size)]);
    }

    /// <summary>A random identifier of 128 bits.</summary>
    public static Guid NewId() => new(RandomNumberGenerator.GetBytes(16));

    /// <summary>A <c>jti</c> (RFC 7519 §4.1.7) whose first part names the grant, so that withdrawing the grant reaches every token of it.</summary>
    public static string NewTokenId(Guid grantId) =>
        $"{GrantPart(grantId)}.{Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(16))}";

    /// <summary>The part of a <c>jti</c> that names the grant.</summary>
    public static string GrantPart(Guid grantId) => grantId.ToString("N");
}
