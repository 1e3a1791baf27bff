using System.Text.Json;
using OAuthServer.Clients.Editing;
using OAuthServer.Protocol;

namespace OAuthServer.Operators.Import;

/// <summary>
/// A client of another server while it is read: its grants and scopes in the words of OAuth, and what of it is lost.
/// What may stand in a row is for the schema to say.
/// </summary>
internal sealed class ClientDraft(string id)
{
    private const int LongestName = 100;

    private static readonly string[] Served =
        [GrantTypes.AuthorizationCode, GrantTypes.RefreshToken, GrantTypes.ClientCredentials];

    public string Id => id;

    public string? Name { get; set; }

    public bool IsPublic { get; set; }

    public bool IsNative { get; set; }

    public bool Disabled { get; set; }

    public bool RequirePkce { get; set; } = true;

    public bool RequirePushedRequests { get; set; }

    public bool ClaimsInIdToken { get; set; }

    /// <summary>Every grant type that it has there, served here or not.</summary>
    public List<string> Grants { get; } = [];

    public List<string> Scopes { get; } = [];

    /// <summary>Those that a request gets there which names none.</summary>
    public List<string> DefaultScopes { get; } = [];

    public List<string> RedirectUris { get; } = [];

    public List<string> PostLogoutRedirectUris { get; } = [];

    public List<string> Origins { get; } = [];

    public JsonElement? Jwks { get; set; }

    public string? JwksUri { get; set; }

    public string? BackchannelLogoutUri { get; set; }

    public string? ClientUri { get; set; }

    public string? PolicyUri { get; set; }

    public string? TosUri { get; set; }

    /// <summary>The secret itself, where the other server keeps it readable.</summary>
    public string? Secret { get; set; }

    /// <summary>What of it does not come along.</summary>
    public List<string> Notes { get; } = [];

    /// <summary>The client as it would be here.</summary>
    public ForeignClient Finish()
    {
        var grants = ServedGrants();
        string[] scopes = [.. AllScopes(grants)];
        var entry = new ClientFileEntry
        {
            ClientId = id,
            Name = ShownName(),
            ApplicationType = !IsPublic ? "web" : IsNative || RedirectUris.Any(IsOfADevice) ? "native" : "browser",
            RedirectUris = [.. RedirectUris.Distinct()],
            AllowedScopes = scopes,
            DefaultScopes = [.. DefaultScopes.Distinct().Intersect(scopes)],
            GrantTypes = grants,
            RequirePkce = RequirePkce || IsPublic || !grants.Contains(GrantTypes.AuthorizationCode),
            RequirePushedAuthorizationRequests = RequirePushedRequests,
            ClaimsInIdToken = ClaimsInIdToken,
            AppOrigins = [.. Origins.Select(origin => origin.TrimEnd('/')).Distinct().Except(OwnOrigins())],
            Jwks = IsPublic ? null : Jwks,
            JwksUri = IsPublic || Jwks is not null ? null : JwksUri,
            BackchannelLogoutUri = BackchannelLogoutUri,
            PostLogoutRedirectUris = [.. PostLogoutRedirectUris.Distinct()],
            ClientUri = ClientUri,
            PolicyUri = PolicyUri,
            TosUri = TosUri,
            Disabled = Disabled,
        };
        NotePkce(grants);
        return new ForeignClient(entry, [.. Notes.Distinct()])
        {
            Secret = Secret,
            Obstacle = grants.Length > 0 ? null
                : Grants.Count == 0 ? "it has no grant"
                : $"none of its grants is served here ({string.Join(", ", Grants)})",
        };
    }

    private string[] ServedGrants()
    {
        foreach (var other in Grants.Except(Served).Distinct()) Notes.Add($"the grant {other} is not served here");
        List<string> kept = [.. Served.Intersect(Grants)];
        if (IsPublic && kept.Remove(GrantTypes.ClientCredentials))
            Notes.Add("client_credentials is for clients with a secret or keys");
        if (!kept.Contains(GrantTypes.AuthorizationCode) && kept.Remove(GrantTypes.RefreshToken))
            Notes.Add("refresh_token is of no use without authorization_code here");
        return [.. kept];
    }

    // A scope that speaks of a person comes with openid alone, and other servers ask for no permission for either.
    private IEnumerable<string> AllScopes(string[] grants)
    {
        var scopes = Scopes.Distinct().ToList();
        if (!grants.Contains(GrantTypes.AuthorizationCode)) scopes.RemoveAll(PersonScopes.All.Contains);
        return scopes.Intersect(PersonScopes.All).Any() ? scopes.Prepend(PersonScopes.OpenId).Distinct() : scopes;
    }

    private void NotePkce(string[] grants)
    {
        if (RequirePkce || !grants.Contains(GrantTypes.AuthorizationCode)) return;
        Notes.Add(IsPublic
            ? "it has to send PKCE from now on"
            : "it need not send PKCE, as before; clients lint reports that as pkce_waived");
    }

    private string ShownName()
    {
        if (Name?.Trim() is not { Length: > 0 } name || name.StartsWith("${", StringComparison.Ordinal)) return id;
        if (name.Length <= LongestName) return name;
        Notes.Add($"its name is cut to {LongestName} characters");
        return name[..LongestName];
    }

    // Those may read answers without being listed.
    private IEnumerable<string> OwnOrigins() =>
        from uri in RedirectUris
        let parsed = Uri.TryCreate(uri, UriKind.Absolute, out var found) ? found : null
        where parsed is not null
        select parsed.GetLeftPart(UriPartial.Authority);

    private static bool IsOfADevice(string uri) =>
        Uri.TryCreate(uri, UriKind.Absolute, out var parsed)
        && (parsed.Scheme is not ("http" or "https") || (parsed.Scheme == "http" && parsed.IsLoopback));
}
