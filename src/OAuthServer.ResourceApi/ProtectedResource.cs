using System.Text.Json.Serialization;

namespace OAuthServer.ResourceApi;

/// <summary>
/// The protected resource metadata document (RFC 9728 §2). Absent members are left out, never null or empty.
/// </summary>
internal sealed record ProtectedResource(
    [property: JsonPropertyName("resource")]
    string Resource,
    [property: JsonPropertyName("authorization_servers")]
    IReadOnlyList<string> AuthorizationServers,
    [property: JsonPropertyName("scopes_supported"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    IReadOnlyList<string>? ScopesSupported,
    [property: JsonPropertyName("bearer_methods_supported")]
    IReadOnlyList<string> BearerMethodsSupported)
{
    // A request of the client to the authorization server, not a permission at this API.
    private const string OfflineAccess = "offline_access";

    /// <summary>The document of a resource; <paramref name="scopes"/> are those of its mapped endpoints.</summary>
    public static ProtectedResource Describe(
        string resource, OAuthBearerOptions options, IEnumerable<string> scopes)
    {
        var supported = (options.ScopesSupported.Count > 0 ? options.ScopesSupported : scopes)
            .Where(scope => scope != OfflineAccess).Distinct().Order(StringComparer.Ordinal).ToList();
        return new ProtectedResource(
            resource, [options.Issuer], supported.Count > 0 ? supported : null, ["header"]);
    }
}
