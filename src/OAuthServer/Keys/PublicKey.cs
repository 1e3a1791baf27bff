using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace OAuthServer.Keys;

/// <summary>The public half of a signing key, for verifying what it signed long ago.</summary>
internal sealed class PublicKey : IDisposable
{
    private readonly RSA _rsa;

    private PublicKey(RSA rsa, string keyId) => (_rsa, KeyId) = (rsa, keyId);

    /// <summary>The <c>kid</c>: computed from the key itself (RFC 7638 §3), so it cannot be another key's.</summary>
    public string KeyId { get; }

    /// <summary>Reads the <c>n</c> and <c>e</c> of a JWK; false when they are no RSA key.</summary>
    public static bool TryRead(string modulus, string exponent, [NotNullWhen(true)] out PublicKey? key)
    {
        key = null;
        var rsa = RSA.Create();
        try
        {
            rsa.ImportParameters(new RSAParameters
            {
                Modulus = Base64Url.DecodeFromChars(modulus),
                Exponent = Base64Url.DecodeFromChars(exponent),
            });
            key = new PublicKey(rsa, SigningKey.Thumbprint(modulus, exponent));
            return true;
        }
        catch (Exception unreadable) when (unreadable is CryptographicException or FormatException)
        {
            rsa.Dispose();
            return false;
        }
    }

    /// <summary>Whether this key made the signature (RSASSA-PKCS1-v1_5 with SHA-256).</summary>
    public bool Verify(ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature) =>
        _rsa.VerifyData(data, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);

    public void Dispose() => _rsa.Dispose();
}
