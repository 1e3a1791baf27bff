using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace OAuthServer.Protocol;

/// <summary>Proof Key for Code Exchange with S256, the only method served (RFC 7636 §4, RFC 9700 §2.1.1).</summary>
internal static class Pkce
{
    /// <summary>The one value of <c>code_challenge_method</c> that is accepted.</summary>
    public const string Method = "S256";

    private const int ChallengeLength = 43;
    private const int LongestVerifier = 128;

    private static readonly SearchValues<char> Base64UrlCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");

    private static readonly SearchValues<char> Unreserved =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~");

    /// <summary>An S256 challenge is a SHA-256 in base64url: exactly 43 characters (RFC 7636 §4.2).</summary>
    public static bool IsChallenge(string value) =>
        value.Length == ChallengeLength && !value.AsSpan().ContainsAnyExcept(Base64UrlCharacters);

    /// <summary>43 to 128 unreserved characters (RFC 7636 §4.1).</summary>
    public static bool IsVerifier(string value) =>
        value.Length is >= ChallengeLength and <= LongestVerifier && !value.AsSpan().ContainsAnyExcept(Unreserved);

    /// <summary>BASE64URL(SHA256(ASCII(code_verifier))) (RFC 7636 §4.6).</summary>
    public static string Challenge(string verifier) =>
        Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(verifier)));
}
