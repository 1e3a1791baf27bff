using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using OAuthServer.Protocol;

namespace OAuthServer.Storage;

/// <summary>
/// What refresh tokens are made of (RFC 6749 §6, §10.10): the second in which their family began and 128 random bits, which all
/// tokens of a family share, and 256 bits of each one's own. By the shared part a token finds the row of its family however
/// old it is; nobody has it who was not handed a token of that family. Only hashes of either part are ever stored.
/// </summary>
internal static class RefreshTokenValue
{
    // Whole seconds since 1970, most significant byte first, until the year 2106.
    private const int TimeSize = 4;
    private const int SharedSize = TimeSize + 16;
    private const int OwnSize = 32;
    private const int Size = SharedSize + OwnSize;
    private const int EarlierSize = TimeSize + OwnSize;
    private const int KeySize = TimeSize + SHA256.HashSizeInBytes;

    private static readonly int Length = Base64Url.GetEncodedLength(Size);
    private static readonly int EarlierLength = Base64Url.GetEncodedLength(EarlierSize);

    /// <summary>The first token of a new family: 70 unreserved characters.</summary>
    public static string New(DateTimeOffset now) => Base64Url.EncodeToString(RandomBytesBehind(now));

    /// <summary>Whether a token has the shape of those that find the row of their family; all others are from before schema 013, or none of ours.</summary>
    public static bool NamesFamily(string token) => TryRead(token, Length, stackalloc byte[Size]);

    /// <summary>
    /// The key of the row of a token's family: when it began, and the SHA-256 of what its tokens share. Families that began one after the other so lie
    /// side by side. Null for what names no family: a token from before schema 013, or none of ours.
    /// </summary>
    public static byte[]? FamilyKey(string token)
    {
        Span<byte> parts = stackalloc byte[Size];
        return TryRead(token, Length, parts) ? KeyOf(parts[..TimeSize], parts[..SharedSize]) : null;
    }

    /// <summary>
    /// The key of a row of before schema 013, one for each token: the token's second and its SHA-256, or that alone for a token
    /// from before schema 012.
    /// </summary>
    public static byte[] EarlierKey(string token)
    {
        Span<byte> parts = stackalloc byte[EarlierSize];
        return TryRead(token, EarlierLength, parts) ? KeyOf(parts[..TimeSize], Encoding.UTF8.GetBytes(token)) : Handle.Hash(token);
    }

    /// <summary>The random bytes that, with the presented token, make its successor; with a time where a family has to begin.</summary>
    public static byte[] NewNonce(string presented, DateTimeOffset now) =>
        NamesFamily(presented) ? RandomNumberGenerator.GetBytes(OwnSize) : RandomBytesBehind(now);

    /// <summary>
    /// The refresh token that follows <paramref name="presented"/>. The same pair always gives the same successor, so a
    /// lost answer can be repeated although only hashes are stored; neither part alone is enough to compute it. The
    /// successor of a token that names no family begins one, unless its nonce is from before schema 013: then it was such a token too.
    /// </summary>
    public static string Successor(ReadOnlySpan<byte> nonce, string presented)
    {
        Span<byte> parts = stackalloc byte[Size];
        var content = Encoding.UTF8.GetBytes(presented);
        if (TryRead(presented, Length, parts)) HMACSHA256.HashData(nonce, content, parts[SharedSize..]);
        else if (nonce.Length == Size) BeginFamily(nonce, content, parts);
        else return EarlierSuccessor(nonce, content);
        return Base64Url.EncodeToString(parts);
    }

    private static void BeginFamily(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> presented, Span<byte> parts)
    {
        Span<byte> random = stackalloc byte[HMACSHA512.HashSizeInBytes];
        HMACSHA512.HashData(nonce, presented, random);
        nonce[..TimeSize].CopyTo(parts);
        random[..(Size - TimeSize)].CopyTo(parts[TimeSize..]);
    }

    private static string EarlierSuccessor(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> presented)
    {
        Span<byte> parts = stackalloc byte[EarlierSize];
        var time = nonce[..^OwnSize];
        time.CopyTo(parts);
        HMACSHA256.HashData(nonce, presented, parts[time.Length..]);
        return Base64Url.EncodeToString(parts[..(time.Length + OwnSize)]);
    }

    private static byte[] KeyOf(ReadOnlySpan<byte> time, ReadOnlySpan<byte> content)
    {
        var key = new byte[KeySize];
        time.CopyTo(key);
        SHA256.HashData(content, key.AsSpan(TimeSize));
        return key;
    }

    private static byte[] RandomBytesBehind(DateTimeOffset now)
    {
        var bytes = RandomNumberGenerator.GetBytes(Size);
        BinaryPrimitives.WriteUInt32BigEndian(bytes, (uint)now.ToUnixTimeSeconds());
        return bytes;
    }

    private static bool TryRead(string token, int length, Span<byte> parts) =>
        token.Length == length && Base64Url.DecodeFromChars(token, parts, out _, out var written) == OperationStatus.Done && written == parts.Length;
}
