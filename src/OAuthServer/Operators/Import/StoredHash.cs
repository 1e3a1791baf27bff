using System.Security.Cryptography;

namespace OAuthServer.Operators.Import;

/// <summary>A SHA-256 as another server stores it.</summary>
internal static class StoredHash
{
    /// <summary>The bytes, out of Base64 or hexadecimal digits; null when it is neither, or no SHA-256.</summary>
    public static byte[]? Read(string text)
    {
        var bytes = new byte[SHA256.HashSizeInBytes];
        if (text.Length == 2 * bytes.Length && text.All(char.IsAsciiHexDigit)) return Convert.FromHexString(text);
        return text.Length == 44 && Convert.TryFromBase64String(text, bytes, out var written) && written == bytes.Length
            ? bytes
            : null;
    }
}
