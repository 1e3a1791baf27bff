using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace OAuthServer.Bench.Floor;

/// <summary>Signs JWT access tokens (RFC 9068) with RS256 and one RSA key.</summary>
internal sealed class AccessTokens : IDisposable
{
    /// <summary>Seconds.</summary>
    public const int Lifetime = 900;

    private const string Issuer = "https://as.example";

    private readonly RSA _key = RSA.Create();
    private readonly string _header;

    /// <param name="pem">PKCS#8.</param>
    public AccessTokens(string pem)
    {
        _key.ImportFromPem(pem);
        var keyId = Base64Url.EncodeToString(SHA256.HashData(_key.ExportSubjectPublicKeyInfo()));
        _header = Base64Url.EncodeToString(
            Encoding.ASCII.GetBytes($$"""{"alg":"RS256","typ":"at+jwt","kid":"{{keyId}}"}""")) + ".";
    }

    public string Issue(Grant grant)
    {
        var content = _header + Base64Url.EncodeToString(Payload(grant));
        var signature = _key.SignData(
            Encoding.ASCII.GetBytes(content), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        return $"{content}.{Base64Url.EncodeToString(signature)}";
    }

    /// <inheritdoc />
    public void Dispose() => _key.Dispose();

    private static ReadOnlySpan<byte> Payload(Grant grant)
    {
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        var body = new ArrayBufferWriter<byte>(512);
        using var json = new Utf8JsonWriter(body);
        json.WriteStartObject();
        json.WriteString("iss"u8, Issuer);
        json.WriteString("sub"u8, grant.UserId);
        json.WriteString("aud"u8, Issuer);
        json.WriteNumber("exp"u8, now + Lifetime);
        json.WriteNumber("iat"u8, now);
        json.WriteString("jti"u8, Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(16)));
        json.WriteString("client_id"u8, grant.ClientId);
        json.WriteString("scope"u8, grant.Scope);
        json.WriteEndObject();
        json.Flush();
        return body.WrittenSpan;
    }
}
