using System.Buffers;
using System.Text.Json;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Tokens;
using OAuthServer.Clients;
using OAuthServer.Clients.Assertions;
using OAuthServer.Endpoints.Authorize;
using OAuthServer.Pages;
using OAuthServer.Protocol;
using OAuthServer.Settings;

namespace OAuthServer.Endpoints.Discovery;

/// <summary>
/// The metadata of the server (RFC 8414 §2, OpenID Connect Discovery §3), built anew when the APIs change: it only
/// tells what works.
/// </summary>
internal sealed class DiscoveryDocuments(
    ServerAddress address, ResourceDirectory resources, Languages languages, IOptions<OAuthOptions> options)
{
    private static readonly string[] Confidential = ["client_secret_basic", "client_secret_post", "private_key_jwt"];
    private static readonly string[] ClientAuthentication = [.. Confidential, "none"];

    private volatile Written? _written;

    /// <summary>From memory: with the APIs that were read last, and without any before the first time.</summary>
    public CachedDocument Metadata
    {
        get
        {
            var apis = resources.LastKnown;
            if (_written is { } written && ReferenceEquals(written.Apis, apis)) return written.Document;
            var anew = new Written(apis, CachedDocument.Of(Write(apis)));
            _written = anew;
            return anew.Document;
        }
    }

    private ReadOnlyMemory<byte> Write(ResourceList? apis)
    {
        var body = new ArrayBufferWriter<byte>(1024);
        using (var json = new Utf8JsonWriter(body))
        {
            json.WriteStartObject();
            json.WriteString("issuer", address.Issuer);
            json.WriteString("authorization_endpoint", address.Url(Routes.Authorize));
            json.WriteString("token_endpoint", address.Url(Routes.Token));
            json.WriteString("pushed_authorization_request_endpoint", address.Url(Routes.Push));
            if (options.Value.RequirePushedAuthorizationRequests)
                json.WriteBoolean("require_pushed_authorization_requests", true);
            json.WriteString("revocation_endpoint", address.Url(Routes.Revoke));
            json.WriteString("introspection_endpoint", address.Url(Routes.Introspect));
            json.WriteString("userinfo_endpoint", address.Url(Routes.UserInfo));
            json.WriteString("end_session_endpoint", address.Url(Routes.Logout));
            json.WriteBoolean("backchannel_logout_supported", true);
            json.WriteBoolean("backchannel_logout_session_supported", true);
            json.WriteString("jwks_uri", address.Url(Routes.Keys));
            WriteArray(json, "scopes_supported", [.. PersonScopes.All, .. apis?.Scopes ?? []]);
            // RFC 9728 §4; one that is no https URL has no metadata of its own.
            string[] https = [.. apis?.Live.Select(api => api.Identifier).Where(IsHttps) ?? []];
            if (https.Length > 0) WriteArray(json, "protected_resources", https);
            WriteArray(json, "response_types_supported", "code");
            WriteArray(json, "response_modes_supported", "query", AuthorizeValidator.FormPost);
            WriteArray(
                json, "grant_types_supported",
                GrantTypes.AuthorizationCode, GrantTypes.RefreshToken, GrantTypes.ClientCredentials);
            WriteAuthentication(json, "token", ClientAuthentication);
            WriteAuthentication(json, "revocation", ClientAuthentication);
            WriteAuthentication(json, "introspection", Confidential);
            WriteArray(json, "introspection_signing_alg_values_supported", SecurityAlgorithms.RsaSha256);
            WriteArray(json, "code_challenge_methods_supported", Pkce.Method);
            json.WriteBoolean("authorization_response_iss_parameter_supported", true);
            WriteOpenId(json);
            json.WriteEndObject();
        }

        return body.WrittenMemory.ToArray();
    }

    // OpenID Connect Discovery §3. One document for both: every member means the same in each.
    private void WriteOpenId(Utf8JsonWriter json)
    {
        WriteArray(json, "ui_locales_supported", [.. languages.All.Select(language => language.Name)]);
        WriteArray(json, "subject_types_supported", "public");
        WriteArray(json, "id_token_signing_alg_values_supported", SecurityAlgorithms.RsaSha256);
        WriteArray(json, "acr_values_supported", [.. Levels.All]);
        WriteArray(json, "claim_types_supported", "normal");
        WriteArray(
            json, "claims_supported",
            ["sub", "iss", "aud", "exp", "iat", "auth_time", "nonce", "acr", "amr", "sid", .. PersonClaims.All]);
        WriteArray(json, "prompt_values_supported", "none", "login", "consent", "select_account");
        json.WriteBoolean("claims_parameter_supported", true);
        json.WriteBoolean("request_parameter_supported", false);
        // What is absent would mean true.
        json.WriteBoolean("request_uri_parameter_supported", false);
    }

    private static bool IsHttps(string identifier) =>
        identifier.StartsWith("https://", StringComparison.OrdinalIgnoreCase);

    private static void WriteAuthentication(Utf8JsonWriter json, string endpoint, string[] methods)
    {
        WriteArray(json, $"{endpoint}_endpoint_auth_methods_supported", methods);
        WriteArray(json, $"{endpoint}_endpoint_auth_signing_alg_values_supported", [.. SigningAlgorithms.All]);
    }

    private static void WriteArray(Utf8JsonWriter json, string name, params ReadOnlySpan<string> values)
    {
        json.WriteStartArray(name);
        foreach (var value in values) json.WriteStringValue(value);
        json.WriteEndArray();
    }

    private sealed record Written(ResourceList? Apis, CachedDocument Document);
}
