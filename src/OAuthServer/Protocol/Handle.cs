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

    /// <summary>A new opaque value: 43 unreserved characters.</summary>
    public static string New() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(Size));

    /// <summary>
    /// The SHA-256 under which a handle is stored and found. One hash is enough for 256 random bits.
    /// </summary>
    public static byte[] Hash(string handle) => SHA256.HashData(Encoding.UTF8.GetBytes(handle));

    /// <summary>Random bytes, for what has a form of its own.</summary>
    public static byte[] NewBytes(int size) => RandomNumberGenerator.GetBytes(size);

    /// <summary>A random identifier of 128 bits.</summary>
    public static Guid NewId() => new(RandomNumberGenerator.GetBytes(16));

    /// <summary>
    /// A <c>jti</c> (RFC 7519 §4.1.7) whose first part names the grant, so that withdrawing the grant reaches all its
    /// tokens.
    /// </summary>
    public static string NewTokenId(Guid grantId) =>
        $"{GrantPart(grantId)}.{Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(16))}";

    /// <summary>The part of a <c>jti</c> that names the grant.</summary>
    public static string GrantPart(Guid grantId) => grantId.ToString("N");

    /// <summary>The same of a whole <c>jti</c>.</summary>
    public static string GrantPart(string tokenId) => tokenId.Split('.')[0];
}
