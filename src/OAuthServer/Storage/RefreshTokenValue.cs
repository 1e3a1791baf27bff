using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace OAuthServer.Storage;

/// <summary>
/// What refresh tokens are made of (RFC 6749 §6, §10.10): the second in which their session began and 128 random
/// bits, which all tokens of a family share, and 256 bits of each one's own. By the shared part a token finds the
/// row of its family however old it is; nobody has it who was not handed a token of that family. Only hashes of
/// either part are stored.
/// </summary>
internal static class RefreshTokenValue
{
    // Whole seconds since 1970, most significant byte first, until the year 2106.
    private const int TimeSize = 4;
    private const int SharedSize = TimeSize + 16;
    private const int OwnSize = 32;
    private const int Size = SharedSize + OwnSize;

    private static readonly int Length = Base64Url.GetEncodedLength(Size);

    /// <summary>The first token of a new family: 70 unreserved characters.</summary>
    public static string New(DateTimeOffset now)
    {
        var bytes = RandomNumberGenerator.GetBytes(Size);
        BinaryPrimitives.WriteUInt32BigEndian(bytes, (uint)now.ToUnixTimeSeconds());
        return Base64Url.EncodeToString(bytes);
    }

    /// <summary>
    /// The key of the row of a token's family: when it began, and the SHA-256 of what its tokens share. Families
    /// that began one after the other so lie side by side. Null for what is no refresh token of ours.
    /// </summary>
    public static byte[]? FamilyKey(string token)
    {
        Span<byte> parts = stackalloc byte[Size];
        if (!TryRead(token, parts)) return null;
        var key = new byte[TimeSize + SHA256.HashSizeInBytes];
        parts[..TimeSize].CopyTo(key);
        SHA256.HashData(parts[..SharedSize], key.AsSpan(TimeSize));
        return key;
    }

    /// <summary>
    /// The key of the row of an imported refresh token, and of all that follow it, by the hash that the other server
    /// stored (docs/decisions/051-imported-refresh-tokens.md).
    /// </summary>
    public static byte[] ImportedKey(ReadOnlySpan<byte> hash) =>
        [.. stackalloc byte[TimeSize], .. SHA256.HashData(ImportedShare(hash))];

    /// <summary>The key of the row of a token's family, whether it is ours or imported.</summary>
    public static byte[] KeyOf(string token) => FamilyKey(token) ?? ImportedKey(Protocol.Handle.Hash(token));

    /// <summary>Whether a text has the shape of our refresh tokens.</summary>
    public static bool IsOurs(string token) => TryRead(token, stackalloc byte[Size]);

    /// <summary>The random bytes that, with the presented token and a key, make its successor.</summary>
    public static byte[] NewNonce() => RandomNumberGenerator.GetBytes(OwnSize);

    /// <summary>
    /// The refresh token that follows <paramref name="presented"/>. The same three always give the same successor,
    /// so a lost answer can be repeated although only hashes are stored. It takes all three to compute it: the token
    /// that was presented, the nonce of its row, and a key that is in no database.
    /// </summary>
    public static string Successor(ReadOnlySpan<byte> key, ReadOnlySpan<byte> nonce, string presented)
    {
        Span<byte> parts = stackalloc byte[Size];
        if (!TryRead(presented, parts)) return ImportedSuccessor(key, nonce, presented);
        HMACSHA256.HashData(key, [.. nonce, .. parts], parts[SharedSize..]);
        return Base64Url.EncodeToString(parts);
    }

    // The first token of ours: it shares what was made of the other server's hash, and so finds the same row.
    private static string ImportedSuccessor(ReadOnlySpan<byte> key, ReadOnlySpan<byte> nonce, string presented) =>
        Base64Url.EncodeToString(
        [
            .. ImportedShare(Protocol.Handle.Hash(presented)),
            .. HMACSHA256.HashData(key, [.. nonce, .. Encoding.UTF8.GetBytes(presented)]),
        ]);

    // Of the first second of 1970, in which no session of ours began.
    private static byte[] ImportedShare(ReadOnlySpan<byte> hash) =>
        [.. stackalloc byte[TimeSize], .. SHA256.HashData([.. "imported"u8, .. hash]).AsSpan(0, SharedSize - TimeSize)];

    private static bool TryRead(string token, Span<byte> parts) =>
        token.Length == Length
        && Base64Url.DecodeFromChars(token, parts, out _, out var written) == OperationStatus.Done && written == Size;
}
