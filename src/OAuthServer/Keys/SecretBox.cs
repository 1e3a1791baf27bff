using System.Security.Cryptography;
using OAuthServer.Protocol;

namespace OAuthServer.Keys;

/// <summary>Encrypts small secrets with a derived key (AES-256-GCM): nonce, tag, and what was encrypted.</summary>
internal static class SecretBox
{
    private const int NonceSize = 12;
    private const int TagSize = 16;

    /// <summary>How much longer a sealed secret is.</summary>
    public const int Overhead = NonceSize + TagSize;

    /// <param name="key">256 bits of one purpose.</param>
    /// <param name="clear">What to encrypt.</param>
    /// <param name="about">What it belongs to; it opens for nothing else.</param>
    public static byte[] Seal(byte[] key, ReadOnlySpan<byte> clear, ReadOnlySpan<byte> about = default)
    {
        var box = new byte[Overhead + clear.Length];
        Handle.NewBytes(NonceSize).CopyTo(box, 0);
        using var aes = new AesGcm(key, TagSize);
        aes.Encrypt(
            box.AsSpan(0, NonceSize), clear, box.AsSpan(Overhead), box.AsSpan(NonceSize, TagSize), about);
        return box;
    }

    /// <exception cref="CryptographicException">It was sealed otherwise, or changed since.</exception>
    public static byte[] Open(byte[] key, ReadOnlySpan<byte> box, ReadOnlySpan<byte> about = default)
    {
        if (box.Length < Overhead) throw new CryptographicException("A sealed secret is too short.");
        var clear = new byte[box.Length - Overhead];
        using var aes = new AesGcm(key, TagSize);
        aes.Decrypt(box[..NonceSize], box[Overhead..], box.Slice(NonceSize, TagSize), clear, about);
        return clear;
    }
}
