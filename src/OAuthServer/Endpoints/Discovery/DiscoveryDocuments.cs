using System.Buffers;
using System.Text.Json;
using Microsoft.Extensions.Options;
using OAuthServer.Protocol;
using OAuthServer.Settings;

namespace OAuthServer.Endpoints.Discovery;

/// <summary>The authorization server metadata (RFC 8414 §2), built once: it only tells what works.</summary>
internal sealed class DiscoveryDocuments
{
    private static readonly string[] ClientAuthentication = ["client_secret_basic", "client_secret_post", "none"];

    public DiscoveryDocuments(ServerAddress address, IOptions<OAuthOptions> options) =>
        Metadata = CachedDocument.Of(Write(address, options.Value));

    public CachedDocument Metadata { get; }

    private static ReadOnlyMemory<byte> Write(ServerAddress address, OAuthOptions options)
    {
        var body = new ArrayBufferWriter<byte>(1024);
        using (var json = new Utf8JsonWriter(body))
        {
            json.WriteStartObject();
            json.WriteString("issuer", address.Issuer);
            json.WriteString("authorization_endpoint", address.Url(Routes.Authorize));
            json.WriteString("token_endpoint", address.Url(Routes.Token));
            json.WriteString("revocation_endpoint", address.Url(Routes.Revoke));
            json.WriteString("jwks_uri", address.Url(Routes.Keys));
            string[] scopes = [.. options.Scopes.Select(scope => scope.Name).Order(StringComparer.Ordinal)];
            if (scopes.Length > 0) WriteArray(json, "scopes_supported", scopes);
            WriteArray(json, "response_types_supported", "code");
            WriteArray(json, "response_modes_supported", "query");
            WriteArray(
                json, "grant_types_supported",
                GrantTypes.AuthorizationCode, GrantTypes.RefreshToken, GrantTypes.ClientCredentials);
            WriteArray(json, "token_endpoint_auth_methods_supported", ClientAuthentication);
            WriteArray(json, "revocation_endpoint_auth_methods_supported", ClientAuthentication);
            WriteArray(json, "code_challenge_methods_supported", Pkce.Method);
            json.WriteBoolean("authorization_response_iss_parameter_supported", true);
            json.WriteEndObject();
        }

        return body.WrittenMemory.ToArray();
    }

    private static void WriteArray(Utf8JsonWriter json, string name, params ReadOnlySpan<string> values)
    {
        json.WriteStartArray(name);
        foreach (var value in values) json.WriteStringValue(value);
        json.WriteEndArray();
    }
}
