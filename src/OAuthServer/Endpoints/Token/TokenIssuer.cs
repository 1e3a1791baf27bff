using System.Buffers;
using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Options;
using OAuthServer.Audit;
using OAuthServer.Keys;
using OAuthServer.Protocol;
using OAuthServer.Settings;

namespace OAuthServer.Endpoints.Token;

/// <summary>An access token, in ASCII as it goes into the answer, and how many seconds it lives.</summary>
internal sealed record AccessToken(ReadOnlyMemory<byte> Value, long ExpiresIn)
{
    /// <summary>Holds the token.</summary>
    public override string ToString() => $"access token for {ExpiresIn} s";
}

/// <summary>
/// Makes access tokens: JWTs of type <c>at+jwt</c> signed with RS256 (RFC 9068 §2). <c>iat</c> is floored to the second
/// and there is no <c>nbf</c>, so that no verifier sees a token from its future.
/// </summary>
internal sealed class TokenIssuer(ServerAddress address, IOptions<OAuthOptions> options, TimeProvider clock, ServerTelemetry telemetry)
{
    private readonly long _lifetime = (long)options.Value.AccessTokenLifetime.TotalSeconds;

    /// <summary>A signed token. The key is resolved by the caller before anything is consumed.</summary>
    public AccessToken Issue(SigningKey key, AccessTokenClaims claims)
    {
        using var span = telemetry.Span("sign access token");
        var began = telemetry.SigningBegins();
        var issuedAt = clock.GetUtcNow().ToUnixTimeSeconds();
        var payload = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(payload))
        {
            json.WriteStartObject();
            json.WriteString("iss"u8, address.Issuer);
            json.WriteString("sub"u8, claims.Subject);
            json.WriteString("aud"u8, address.Audience);
            json.WriteNumber("exp"u8, issuedAt + _lifetime);
            json.WriteNumber("iat"u8, issuedAt);
            json.WriteString("jti"u8, Handle.NewTokenId(claims.GrantId));
            json.WriteString("client_id"u8, claims.ClientId);
            json.WriteString("scope"u8, claims.Scope);
            json.WriteString("type"u8, "access"u8);
            json.WriteEndObject();
        }

        var token = JwtSigner.Sign(key, payload.WrittenSpan);
        telemetry.Signed(began);
        return new(token, _lifetime);
    }
}

/// <summary>JWS compact serialization with RS256 (RFC 7515 §3.1, RFC 7518 §3.3).</summary>
internal static class JwtSigner
{
    /// <summary>Header, payload and signature in base64url, joined by dots; in ASCII.</summary>
    public static byte[] Sign(SigningKey key, ReadOnlySpan<byte> payload)
    {
        var header = Encoding.ASCII.GetBytes($$"""{"alg":"RS256","kid":"{{key.KeyId}}","typ":"at+jwt"}""");
        var signedLength = Base64Url.GetEncodedLength(header.Length) + 1 + Base64Url.GetEncodedLength(payload.Length);
        var token = new byte[signedLength + 1 + Base64Url.GetEncodedLength(key.SignatureLength)];
        var written = Base64Url.EncodeToUtf8(header, token);
        token[written++] = (byte)'.';
        written += Base64Url.EncodeToUtf8(payload, token.AsSpan(written));
        Span<byte> signature = stackalloc byte[key.SignatureLength];
        if (!key.TrySign(token.AsSpan(0, written), signature, out _)) throw new InvalidOperationException("The signing key did not sign.");
        token[written++] = (byte)'.';
        Base64Url.EncodeToUtf8(signature, token.AsSpan(written));
        return token;
    }
}
