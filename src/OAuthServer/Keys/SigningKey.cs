using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using Microsoft.IdentityModel.Tokens;

namespace OAuthServer.Keys;

/// <summary>
/// One RSA key that signs with RS256 (RFC 7518 §3.3); its <c>kid</c> is the RFC 7638 thumbprint. The RSA object is
/// loaded once and shared by all requests; signing on it from many threads at once is safe. Never prints key material.
/// </summary>
internal sealed class SigningKey : IDisposable
{
    /// <summary>The smallest modulus, in bits, that RFC 7518 §3.3 allows for RS256.</summary>
    public const int MinimumBits = 2048;

    private const string Pkcs8Label = "PRIVATE KEY";
    private readonly RSA _rsa;

    private SigningKey(RSA rsa)
    {
        _rsa = rsa;
        var publicPart = rsa.ExportParameters(includePrivateParameters: false);
        Modulus = Base64Url.EncodeToString(publicPart.Modulus);
        Exponent = Base64Url.EncodeToString(publicPart.Exponent);
        KeyId = Thumbprint(Modulus, Exponent);
        SignatureLength = publicPart.Modulus!.Length;
        Credentials = new SigningCredentials(new RsaSecurityKey(rsa) { KeyId = KeyId }, SecurityAlgorithms.RsaSha256);
        Verifier = new RsaSecurityKey(publicPart) { KeyId = KeyId };
    }

    /// <summary>The <c>kid</c>: base64url of the SHA-256 thumbprint (RFC 7638 §3), 43 characters.</summary>
    public string KeyId { get; }

    public SigningCredentials Credentials { get; }

    /// <summary>Its public half, to verify tokens with.</summary>
    public RsaSecurityKey Verifier { get; }

    /// <summary>The length of a signature, in bytes: that of the modulus.</summary>
    public int SignatureLength { get; }

    /// <summary>The <c>n</c> of the JWK, base64url (RFC 7518 §6.3.1.1).</summary>
    public string Modulus { get; }

    /// <summary>The <c>e</c> of the JWK, base64url (RFC 7518 §6.3.1.2).</summary>
    public string Exponent { get; }

    /// <summary>
    /// Reads a key from PKCS#8 PEM, as it is stored. A key that cannot serve is the operator's mistake: the answer is
    /// false and <paramref name="fault"/> says what is wrong, without a byte of the key.
    /// </summary>
    public static bool TryFromPem(
        ReadOnlySpan<char> pem, [NotNullWhen(true)] out SigningKey? key, [NotNullWhen(false)] out string? fault)
    {
        key = null;
        fault = Misformed(pem);
        if (fault is not null) return false;

        var rsa = RSA.Create();
        try
        {
            rsa.ImportFromPem(pem);
        }
        catch (Exception unreadable) when (unreadable is CryptographicException or ArgumentException)
        {
            // The text of the exception may hold parts of the key, so it is not passed on.
            rsa.Dispose();
            fault = "it is not an RSA private key in PKCS#8 (RS256 needs RSA; EC and Ed25519 keys cannot serve)";
            return false;
        }

        if (rsa.KeySize < MinimumBits)
        {
            fault = $"the RSA key has {rsa.KeySize} bits, RS256 needs {MinimumBits} or more (RFC 7518 §3.3)";
            rsa.Dispose();
            return false;
        }

        key = new SigningKey(rsa);
        return true;
    }

    /// <summary>Makes a new 2048-bit RSA key and returns it as PKCS#8 PEM, the form in which it is stored.</summary>
    public static string GeneratePem()
    {
        using var rsa = RSA.Create(MinimumBits);
        return rsa.ExportPkcs8PrivateKeyPem() + "\n";
    }

    /// <summary>
    /// Signs with RSASSA-PKCS1-v1_5 and SHA-256. False only when <paramref name="destination"/> is shorter than
    /// <see cref="SignatureLength"/>.
    /// </summary>
    public bool TrySign(ReadOnlySpan<byte> data, Span<byte> destination, out int written) =>
        _rsa.TrySignData(data, destination, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1, out written);

    /// <summary>Frees the key. Only for a key that never reached the ring; see <see cref="KeyRing"/>.</summary>
    public void Dispose() => _rsa.Dispose();

    public override string ToString() => $"SigningKey {KeyId}";

    private static string? Misformed(ReadOnlySpan<char> pem)
    {
        if (!PemEncoding.TryFind(pem, out var fields))
            return "it is not PEM text; it must be a PKCS#8 key with its BEGIN and END lines and real line breaks";
        return pem[fields.Label] switch
        {
            Pkcs8Label => null,
            "RSA PRIVATE KEY" =>
                "it is PKCS#1; convert it with: openssl pkcs8 -topk8 -nocrypt -in old.pem -out key.pem",
            "ENCRYPTED PRIVATE KEY" => "it is protected by a passphrase; store it as unencrypted PKCS#8",
            "PUBLIC KEY" or "CERTIFICATE" => "it holds only a public key; signing needs the private one",
            _ => "it is not a private key in PKCS#8 PEM (BEGIN PRIVATE KEY)",
        };
    }

    /// <summary>RFC 7638 §3.1: the required members in lexicographic order, without white space.</summary>
    internal static string Thumbprint(string modulus, string exponent) => Base64Url.EncodeToString(
        SHA256.HashData(Encoding.ASCII.GetBytes($$"""{"e":"{{exponent}}","kty":"RSA","n":"{{modulus}}"}""")));
}
