using Microsoft.IdentityModel.Tokens;

namespace OAuthServer.Clients.Assertions;

/// <summary>A public key of a client (RFC 7517 §4).</summary>
internal sealed class ClientKey
{
    private const int ShortestRsa = 2048;
    private const int LongestRsa = 8192;
    private const int LongestExponent = 4;

    private readonly JsonWebKey _key;

    private ClientKey(JsonWebKey key) => _key = key;

    /// <summary>Its <c>kid</c>; null when it has none.</summary>
    public string? Id => string.IsNullOrEmpty(_key.Kid) ? null : _key.Kid;

    /// <summary><c>RSA</c> or <c>EC</c>.</summary>
    public string Type => _key.Kty;

    /// <summary>The only algorithm it is for, or null (RFC 7517 §4.4).</summary>
    public string? Algorithm => string.IsNullOrEmpty(_key.Alg) ? null : _key.Alg;

    /// <summary>The size of an RSA key in bits, or the curve of the other ones.</summary>
    public string Size => Type == JsonWebAlgorithmsKeyTypes.RSA ? $"{BitsOf(_key.N)} bits" : _key.Crv;

    /// <summary>RFC 7638.</summary>
    public string Thumbprint => Base64UrlEncoder.Encode(_key.ComputeJwkThumbprint());

    public SecurityKey Verifier => _key;

    /// <summary>The key of a JSON object; null for one that is private, too weak, or no key for signatures.</summary>
    public static ClientKey? Read(string json)
    {
        try
        {
            var key = new JsonWebKey(json);
            return !HasPrivateParts(key) && IsForSignatures(key) && (IsRsa(key) || IsCurve(key)) ? new(key) : null;
        }
        catch (Exception malformed) when (malformed is ArgumentException or FormatException)
        {
            return null;
        }
    }

    /// <summary>
    /// Whether it may verify such a signature: the algorithm must be one for its type and, where it names one, the same
    /// (RFC 8725 §3.1).
    /// </summary>
    public bool Fits(string algorithm)
    {
        if (Algorithm is { } own && own != algorithm) return false;
        return SigningAlgorithms.CurveOf(algorithm) is { } curve
            ? Type == JsonWebAlgorithmsKeyTypes.EllipticCurve && _key.Crv == curve
            : Type == JsonWebAlgorithmsKeyTypes.RSA;
    }

    public override string ToString() => Id ?? $"{Type} {Size}";

    // Any of them, where the library asks for all: such a key is no secret any more.
    private static bool HasPrivateParts(JsonWebKey key) =>
        (key.D ?? key.P ?? key.Q ?? key.DP ?? key.DQ ?? key.QI ?? key.K) is not null;

    private static bool IsForSignatures(JsonWebKey key) =>
        (string.IsNullOrEmpty(key.Use) || key.Use == JsonWebKeyUseNames.Sig)
        && (key.KeyOps.Count == 0 || key.KeyOps.Contains("verify"));

    // An exponent of many bytes makes every signature slow to verify.
    private static bool IsRsa(JsonWebKey key) =>
        key.Kty == JsonWebAlgorithmsKeyTypes.RSA && !string.IsNullOrEmpty(key.N) && !string.IsNullOrEmpty(key.E)
        && BitsOf(key.N) is >= ShortestRsa and <= LongestRsa
        && Base64UrlEncoder.DecodeBytes(key.E).Length is > 0 and <= LongestExponent;

    private static bool IsCurve(JsonWebKey key) =>
        key.Kty == JsonWebAlgorithmsKeyTypes.EllipticCurve && BytesOf(key.Crv) is { } length
        && !string.IsNullOrEmpty(key.X) && Base64UrlEncoder.DecodeBytes(key.X).Length == length
        && !string.IsNullOrEmpty(key.Y) && Base64UrlEncoder.DecodeBytes(key.Y).Length == length;

    private static int? BytesOf(string? curve) => curve switch
    {
        "P-256" => 32,
        "P-384" => 48,
        "P-521" => 66,
        _ => null,
    };

    private static int BitsOf(string modulus)
    {
        var bytes = Base64UrlEncoder.DecodeBytes(modulus).AsSpan().TrimStart((byte)0);
        return bytes.IsEmpty ? 0 : (bytes.Length * 8) - (byte.LeadingZeroCount(bytes[0]));
    }
}
