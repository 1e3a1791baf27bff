using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace OAuthServer.Testing;

/// <summary>
/// The key of an app that proves itself by assertions (RFC 7523), and JWTs signed with it, right ones and all others.
/// Made by hand, so that a test can say anything; a stock library makes those of <c>StockAssertionTests</c>.
/// </summary>
public sealed class AppKey : IDisposable
{
    public const string AssertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

    private readonly AsymmetricAlgorithm _key;

    private AppKey(AsymmetricAlgorithm key, string algorithm, string? id) =>
        (_key, Algorithm, Id) = (key, algorithm, id);

    /// <summary>For instance <c>ES256</c>.</summary>
    public string Algorithm { get; }

    public string? Id { get; }

    /// <summary>The public key as a JWK.</summary>
    public string Jwk => JsonSerializer.Serialize(Members(includePrivate: false));

    /// <summary>The private key as a JWK, which nobody should ever be given.</summary>
    public string PrivateJwk => JsonSerializer.Serialize(Members(includePrivate: true));

    /// <summary>A key set with this key alone.</summary>
    public string Jwks => SetOf(this);

    public static string SetOf(params AppKey[] keys) =>
        $$"""{"keys":[{{string.Join(',', keys.Select(key => key.Jwk))}}]}""";

    /// <summary>A fresh key.</summary>
    /// <param name="algorithm">One of the RSA or EC algorithms of JWS.</param>
    /// <param name="id">Its <c>kid</c>; null for none.</param>
    /// <param name="bits">The size of an RSA key.</param>
    public static AppKey Create(string algorithm = "ES256", string? id = "app-1", int bits = 2048) => new(
        algorithm switch
        {
            "ES256" => ECDsa.Create(ECCurve.NamedCurves.nistP256),
            "ES384" => ECDsa.Create(ECCurve.NamedCurves.nistP384),
            "ES512" => ECDsa.Create(ECCurve.NamedCurves.nistP521),
            _ => RSA.Create(bits),
        },
        algorithm,
        id);

    /// <summary>
    /// The same key for another algorithm or under another <c>kid</c>; it shares the key and is not disposed of.
    /// </summary>
    public AppKey As(string algorithm, string? id) => new(_key, algorithm, id);

    /// <summary>A right assertion, and what a test changes of it; a null takes a member away.</summary>
    public string Assertion(string clientId, object? claims = null, object? header = null) =>
        Sign(
            Merged(new() { ["alg"] = Algorithm, ["typ"] = "client-authentication+jwt", ["kid"] = Id }, header),
            Merged(Claims(clientId), claims));

    /// <summary>Signs any header and payload.</summary>
    public string Sign(IReadOnlyDictionary<string, object?> header, IReadOnlyDictionary<string, object?> payload) =>
        SignText(JsonSerializer.Serialize(header), JsonSerializer.Serialize(payload));

    public string SignText(string header, string payload)
    {
        var input = Base64Url.EncodeToString(Encoding.UTF8.GetBytes(header)) + "."
            + Base64Url.EncodeToString(Encoding.UTF8.GetBytes(payload));
        var hash = new HashAlgorithmName("SHA" + Algorithm[2..]);
        var bytes = Encoding.ASCII.GetBytes(input);
        var signature = _key switch
        {
            ECDsa ec => ec.SignData(bytes, hash),
            RSA rsa =>
                rsa.SignData(bytes, hash, Algorithm[0] == 'P' ? RSASignaturePadding.Pss : RSASignaturePadding.Pkcs1),
            _ => throw new InvalidOperationException(),
        };
        return $"{input}.{Base64Url.EncodeToString(signature)}";
    }

    /// <summary>What an assertion says of this moment, for the usual server.</summary>
    public static Dictionary<string, object?> Claims(string clientId)
    {
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        return new()
        {
            ["iss"] = clientId,
            ["sub"] = clientId,
            ["aud"] = TestServer.Issuer,
            ["iat"] = now,
            ["exp"] = now + 60,
            ["jti"] = Guid.NewGuid().ToString(),
        };
    }

    public void Dispose() => _key.Dispose();

    private static Dictionary<string, object?> Merged(Dictionary<string, object?> members, object? changes)
    {
        var changed = changes switch
        {
            null => [],
            IEnumerable<KeyValuePair<string, object?>> given => given,
            _ => changes.GetType()
                .GetProperties()
                .Select(property => KeyValuePair.Create(property.Name, property.GetValue(changes))),
        };
        foreach (var (name, value) in changed) members[name] = value;
        return members.Where(member => member.Value is not null).ToDictionary();
    }

    private Dictionary<string, object?> Members(bool includePrivate)
    {
        Dictionary<string, object?> members = _key switch
        {
            ECDsa ec when ec.ExportParameters(includePrivate) is var p => new()
            {
                ["kty"] = "EC",
                ["crv"] = $"P-{ec.KeySize}",
                ["x"] = Text(p.Q.X),
                ["y"] = Text(p.Q.Y),
                ["d"] = Text(p.D),
            },
            RSA rsa when rsa.ExportParameters(includePrivate) is var p => new()
            {
                ["kty"] = "RSA",
                ["n"] = Text(p.Modulus),
                ["e"] = Text(p.Exponent),
                ["d"] = Text(p.D),
                ["p"] = Text(p.P),
                ["q"] = Text(p.Q),
            },
            _ => throw new InvalidOperationException(),
        };
        members["kid"] = Id;
        return members.Where(member => member.Value is not null).ToDictionary();
    }

    private static string? Text(byte[]? number) => number is null ? null : Base64Url.EncodeToString(number);
}
