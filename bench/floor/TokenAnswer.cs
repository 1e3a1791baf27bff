using System.Buffers;
using System.Text.Json;

namespace OAuthServer.Bench.Floor;

/// <summary>The JSON of a token response (RFC 6749 section 5.1).</summary>
internal static class TokenAnswer
{
    public static ReadOnlyMemory<byte> Write(string accessToken, string refreshToken)
    {
        var body = new ArrayBufferWriter<byte>(1024);
        using var json = new Utf8JsonWriter(body);
        json.WriteStartObject();
        json.WriteString("access_token"u8, accessToken);
        json.WriteString("token_type"u8, "Bearer"u8);
        json.WriteNumber("expires_in"u8, AccessTokens.Lifetime);
        json.WriteString("refresh_token"u8, refreshToken);
        json.WriteString("scope"u8, "read"u8);
        json.WriteEndObject();
        json.Flush();
        return body.WrittenMemory;
    }
}
