using System.Text;
using OAuthServer.Clients.Assertions;
using OAuthServer.Protocol;
using OAuthServer.Storage;

namespace OAuthServer.Clients;

/// <summary>A registered client as the endpoints see it (RFC 6749 §2).</summary>
internal sealed class Client(ClientRow row, ResourceList apis)
{
    private readonly Lazy<ClientKeySet> _keys = new(() =>
        ClientKeySet.Read(Encoding.UTF8.GetBytes(row.Jwks ?? "")) ?? ClientKeySet.None);

    /// <summary>The client identifier (RFC 6749 §2.2).</summary>
    public string Id => row.ClientId;

    public string Name => row.Name;

    /// <summary>A page about the app, its privacy policy and its terms; null where it has none.</summary>
    public string? HomePage => row.ClientUri;

    public string? PrivacyPolicy => row.PolicyUri;

    public string? Terms => row.TosUri;

    /// <summary>The hash of its picture; null where it has none.</summary>
    public string? Logo => row.Logo;

    /// <summary>True for browser and native clients, which hold no secret (RFC 6749 §2.1).</summary>
    public bool IsPublic => row.ApplicationType != "web";

    /// <summary>True for an app on a person's device (RFC 8252).</summary>
    public bool IsNative => row.ApplicationType == "native";

    /// <summary>True when it proves itself with a key and nothing else (RFC 7523, RFC 9700 §2.5).</summary>
    public bool HasKeys => row.HasKeys();

    /// <summary>The keys of its registration; none when it publishes them at <see cref="JwksUri"/>.</summary>
    public ClientKeySet Keys => _keys.Value;

    /// <summary>Where it publishes its keys, or null.</summary>
    public string? JwksUri => row.JwksUri;

    /// <summary>The one algorithm that it signs with; null for any that fits its key.</summary>
    public string? SigningAlgorithm => row.TokenEndpointAuthSigningAlg;

    /// <summary>False only where an operator waived PKCE for a confidential client.</summary>
    public bool RequiresPkce => row.RequirePkce;

    /// <summary>True when requests that were not pushed are refused (RFC 9126 §6).</summary>
    public bool MustPushRequests => row.RequirePushedAuthorizationRequests;

    /// <summary>The scopes that the client may ask for.</summary>
    public IReadOnlyList<string> Scopes => row.AllowedScopes;

    /// <summary>The scopes of a request that names none, or none (RFC 6749 §3.3).</summary>
    public IReadOnlyList<string> DefaultScopes => row.DefaultScopes;

    /// <summary>The APIs that the client may ask for (RFC 8707 §2).</summary>
    public ClientResources Resources { get; } = new(row, apis);

    /// <summary>True when its ID tokens carry the claims of its scopes, beside the userinfo endpoint.</summary>
    public bool TellsClaims => row.ClaimsInIdToken;

    /// <summary>True when nobody gets a code for it who signed in with one factor.</summary>
    public bool RequiresSecondFactor => row.RequireSecondFactor;

    public IReadOnlyList<string> RedirectUris => row.RedirectUris;

    /// <summary>True for an address, character by character, where people may be sent who signed out.</summary>
    public bool HasPostLogoutRedirectUri(string uri) =>
        row.PostLogoutRedirectUris.Contains(uri, StringComparer.Ordinal);

    /// <summary>How many refreshes in a row may be repeated before a repeat is reuse; null for any number.</summary>
    public int? MostRefreshRepeats => row.MaxRefreshRepeats;

    /// <summary>Whether it may hold refresh tokens of the server that was here before (docs/import.md).</summary>
    public bool HasImportedTokens(DateTimeOffset now) => row.ImportedTokensUntil > now;

    /// <summary>The same client beside the APIs of this list.</summary>
    public Client With(ResourceList list) => ReferenceEquals(list, apis) ? this : new(row, list);

    /// <summary>True when the client may use this grant type.</summary>
    public bool Allows(string grantType) => row.GrantTypes.Contains(grantType, StringComparer.Ordinal);

    /// <summary>True when a redirect URI of a request is one that the client registered.</summary>
    public bool HasRedirectUri(string requested) =>
        row.RedirectUris.Any(registered => RedirectUri.Matches(registered, requested, IsNative));

    /// <summary>Why a redirect URI of a request is none of these, for the log.</summary>
    public RedirectUriMismatch Mismatch(string requested)
    {
        var registered = row.RedirectUris.Select(uri => IsNative ? RedirectUri.WithPortOf(uri, requested) : uri);
        return new RedirectUriMismatch(requested, [.. registered]);
    }

    /// <summary>The bcrypt hashes that are live at this moment: one, or two while a secret is being rotated.</summary>
    public IReadOnlyList<string> SecretHashes(DateTimeOffset now) =>
        [.. StoredSecret.LiveOf(row, now).Select(secret => secret.Hash)];

    public override string ToString() => Id;
}
