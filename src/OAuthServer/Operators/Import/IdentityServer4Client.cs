using System.Text.Json;
using OAuthServer.Protocol;
using OAuthServer.Storage.Foreign;

namespace OAuthServer.Operators.Import;

/// <summary>What a row of IdentityServer4's <c>Clients</c>, and the rows that belong to it, mean here.</summary>
internal static class IdentityServer4Client
{
    private const string Grants = "ClientGrantTypes";
    private const string RedirectUris = "ClientRedirectUris";
    private const string PostLogoutUris = "ClientPostLogoutRedirectUris";
    private const string Scopes = "ClientScopes";
    private const string Secrets = "ClientSecrets";
    private const string Origins = "ClientCorsOrigins";
    private const string Claims = "ClientClaims";
    private const string Providers = "ClientIdPRestrictions";
    private const string Properties = "ClientProperties";

    /// <summary>The tables whose rows belong to a client.</summary>
    public static IReadOnlyList<string> Lists { get; } =
        [Grants, RedirectUris, PostLogoutUris, Scopes, Secrets, Origins, Claims, Providers, Properties];

    public static ForeignClient Read(ForeignRow row, IReadOnlyDictionary<string, ILookup<string, ForeignRow>> lists)
    {
        var id = row.TextOrEmpty("Id");
        var secrets = lists[Secrets][id].ToList();
        var draft = new ClientDraft(row.TextOrEmpty("ClientId"))
        {
            Name = row.Text("ClientName"),
            IsPublic = !row.Flag("RequireClientSecret", otherwise: true) || secrets.Count == 0,
            RequirePkce = row.Flag("RequirePkce"),
            RequirePushedRequests = row.Flag("RequirePushedAuthorization"),
            ClaimsInIdToken = row.Flag("AlwaysIncludeUserClaimsInIdToken"),
            Disabled = !row.Flag("Enabled", otherwise: true),
            Jwks = KeysOf(secrets),
            BackchannelLogoutUri = row.Filled("BackChannelLogoutUri"),
            ClientUri = row.Filled("ClientUri"),
        };
        if (row.Text("ProtocolType") is { } protocol && protocol != "oidc") draft.Grants.Add(protocol);
        else draft.Grants.AddRange(Values(Grants, "GrantType"));
        draft.Scopes.AddRange(Values(Scopes, "Scope"));
        // A client that asks for itself and names none gets all of its scopes there.
        if (draft.Grants.TrueForAll(grant => grant == GrantTypes.ClientCredentials))
            draft.DefaultScopes.AddRange(draft.Scopes);
        draft.RedirectUris.AddRange(Values(RedirectUris, "RedirectUri"));
        draft.PostLogoutRedirectUris.AddRange(Values(PostLogoutUris, "PostLogoutRedirectUri"));
        draft.Origins.AddRange(Values(Origins, "Origin"));
        if (row.Flag("AllowOfflineAccess") && draft.Grants.Contains(GrantTypes.AuthorizationCode))
        {
            draft.Grants.Add(GrantTypes.RefreshToken);
            draft.Scopes.Add(PersonScopes.OfflineAccess);
        }

        draft.Notes.AddRange(Notes(row, secrets, table => lists[table][id].Any()));
        return draft.Finish();

        IEnumerable<string> Values(string table, string column) =>
            lists[table][id].Select(value => value.Text(column)).OfType<string>();
    }

    private static IEnumerable<string> Notes(ForeignRow row, List<ForeignRow> secrets, Func<string, bool> has)
    {
        if (row.Flag("AllowPlainTextPkce")) yield return "PKCE is S256 alone here";
        if (row.Number("AccessTokenType") == 1) yield return "its access tokens are JWTs here, no references";
        if (!row.Flag("RequireConsent")) yield return "people are asked for consent, where they were not";
        if (row.Has("FrontChannelLogoutUri")) yield return "sign-out by the front channel is not served here";
        if (row.Has("PairWiseSubjectSalt")) yield return "people have one sub for all apps here";
        if (has(Claims)) yield return "its claims are left: tokens of a client carry none here";
        if (has(Providers)) yield return "its bounds on identity providers are left";
        if (has(Properties)) yield return "its custom properties are left";
        if (secrets.Any(IsCertificate)) yield return "its certificates are left: register keys, or a secret";
        if (row.Number("AccessTokenLifetime") is not (null or 3600))
            yield return "its lifetimes are left: they are those of this server";
        if (!row.Flag("RequireClientSecret", otherwise: true) && secrets.Count > 0)
            yield return "its secrets are left, since it need not send one";
    }

    private static bool IsCertificate(ForeignRow secret) =>
        secret.Text("Type")?.StartsWith("X509", StringComparison.Ordinal) == true;

    // Each key is a secret of the type JWK. Beside a shared secret they would shut the app out that uses that one.
    private static JsonElement? KeysOf(List<ForeignRow> secrets)
    {
        if (secrets.Count == 0 || secrets.Exists(secret => secret.Text("Type") != "JWK")) return null;
        var keys = secrets.Select(secret => secret.Json("Value")).OfType<JsonElement>();
        return JsonSerializer.SerializeToElement(new { keys });
    }
}
