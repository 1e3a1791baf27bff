using System.Collections.Frozen;
using OAuthServer.Protocol;
using OAuthServer.Storage.Foreign;

namespace OAuthServer.Operators.Import;

/// <summary>What a client of a realm means here.</summary>
/// <param name="realm">The export.</param>
/// <param name="ownScopes">Scopes that mean nothing outside of Keycloak.</param>
internal sealed class KeycloakClient(ForeignRow realm, FrozenSet<string> ownScopes)
{
    // How an export writes a secret that it does not tell.
    private const string Masked = "**********";

    public ForeignClient Read(ForeignRow row)
    {
        var attributes = row.Object("attributes");
        var draft = new ClientDraft(row.TextOrEmpty("clientId"))
        {
            Name = row.Filled("name"),
            IsPublic = row.Flag("publicClient"),
            Disabled = !row.Flag("enabled", otherwise: true),
            RequirePkce = attributes?.Has("pkce.code.challenge.method") == true,
            RequirePushedRequests = attributes?.Flag("require.pushed.authorization.requests") == true,
            Secret = row.Filled("secret") is { } secret && secret != Masked ? secret : null,
            BackchannelLogoutUri = attributes?.Filled("backchannel.logout.url"),
            PolicyUri = attributes?.Filled("policyUri"),
            TosUri = attributes?.Filled("tosUri"),
        };
        if (row.Text("clientAuthenticatorType") == "client-jwt")
        {
            draft.Jwks = attributes?.Json("jwks.string");
            draft.JwksUri = attributes?.Flag("use.jwks.url") == true ? attributes.Filled("jwks.url") : null;
        }

        AddGrants(draft, row, attributes);
        AddUris(draft, row, attributes);
        AddScopes(draft, row);
        draft.Notes.AddRange(Notes(row, attributes, draft));
        return draft.Finish();
    }

    private static void AddGrants(ClientDraft draft, ForeignRow row, ForeignRow? attributes)
    {
        if (row.Text("protocol") is { } protocol && protocol != "openid-connect")
        {
            draft.Grants.Add(protocol);
            return;
        }

        // Keycloak gives refresh tokens with the code grant unless it was told not to.
        if (row.Flag("standardFlowEnabled", otherwise: true))
        {
            draft.Grants.Add(GrantTypes.AuthorizationCode);
            if (attributes?.Flag("use.refresh.tokens", otherwise: true) != false)
                draft.Grants.Add(GrantTypes.RefreshToken);
        }

        if (row.Flag("serviceAccountsEnabled")) draft.Grants.Add(GrantTypes.ClientCredentials);
        if (row.Flag("implicitFlowEnabled")) draft.Grants.Add("implicit");
        if (row.Flag("directAccessGrantsEnabled")) draft.Grants.Add("password");
        if (attributes?.Flag("oauth2.device.authorization.grant.enabled") == true)
            draft.Grants.Add("urn:ietf:params:oauth:grant-type:device_code");
    }

    private static void AddUris(ClientDraft draft, ForeignRow row, ForeignRow? attributes)
    {
        var given = row.Filled("rootUrl");
        var root = given?.StartsWith("${", StringComparison.Ordinal) == true ? null : given;
        draft.RedirectUris.AddRange(row.Texts("redirectUris").Select(uri => Whole(root, uri)));
        var afterLogout = attributes?.Filled("post.logout.redirect.uris")?.Split("##") ?? [];
        draft.PostLogoutRedirectUris.AddRange(
            afterLogout.SelectMany(uri => uri == "+" ? draft.RedirectUris : (IEnumerable<string>)[Whole(root, uri)]));
        draft.Origins.AddRange(row.Texts("webOrigins").Where(origin => origin != "+"));
    }

    // A path is meant behind the root URL.
    private static string Whole(string? root, string uri) =>
        root is not null && uri.StartsWith('/') ? root.TrimEnd('/') + uri : uri;

    private void AddScopes(ClientDraft draft, ForeignRow row)
    {
        var named = row.Texts("defaultClientScopes").Concat(row.Texts("optionalClientScopes")).ToList();
        if (named.Count == 0)
            named = [.. realm.Texts("defaultDefaultClientScopes"), .. realm.Texts("defaultOptionalClientScopes")];
        draft.Scopes.AddRange(named.Where(scope => !ownScopes.Contains(scope)));
        draft.DefaultScopes.AddRange(row.Texts("defaultClientScopes"));
        if (draft.DefaultScopes.Intersect(draft.Scopes).Any())
            draft.Notes.Add("its default scopes come with a request that names none; any other has to ask for them");
        if (draft.Grants.Contains(GrantTypes.AuthorizationCode)) draft.Scopes.Add(PersonScopes.OpenId);
    }

    private static IEnumerable<string> Notes(ForeignRow row, ForeignRow? attributes, ClientDraft draft)
    {
        if (row.Text("clientAuthenticatorType") is "client-x509" or "client-secret-jwt")
            yield return $"it proves itself by {row.Text("clientAuthenticatorType")}, which is not served here";
        if (row.Text("clientAuthenticatorType") == "client-jwt" && draft is { Jwks: null, JwksUri: null })
            yield return "its certificate is left: register its key as jwks";
        if (!row.Flag("consentRequired")) yield return "people are asked for consent, where they were not";
        if (row.Flag("authorizationServicesEnabled")) yield return "its authorization services are left";
        if (row.Has("protocolMappers")) yield return "its mappers are left: tokens carry the claims of OpenID Connect";
        if (attributes?.Flag("dpop.bound.access.tokens") == true) yield return "its tokens are bound to no key here";
        if (row.Flag("fullScopeAllowed")) yield return "its roles are left: access tokens carry none here";
    }
}
