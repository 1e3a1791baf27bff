using OAuthServer.Clients;
using OAuthServer.Protocol;

namespace OAuthServer.Endpoints.Authorize;

/// <summary>What an authorization request asks for: scopes, and the APIs that they are of (RFC 8707 §2).</summary>
/// <param name="Scope">What may be granted; scopes of the person ride along with those of any API.</param>
/// <param name="Resources">The APIs of the token, by identifier.</param>
internal sealed record AskedAccess(Scope Scope, IReadOnlyList<Resource> Resources)
{
    /// <summary>Reads both, or says what is wrong (RFC 6749 §3.3, OpenID Connect Core §3.1.2.1).</summary>
    public static Result<AskedAccess> Read(Client client, Parameters parameters, Prompt prompt)
    {
        var (apis, text) = (client.Resources, parameters["scope"]);
        if (apis.Read(parameters.All("resource")).Failed(out var untargeted, out var named)) return untargeted;
        if (named.Count == 0 && apis.Default is null && !PersonScopes.IsOpenId(text))
            return OAuthError.NoDefaultTarget();
        Scope? asked = Scope.Of([]);
        if (text is not null && !Scope.TryParse(text, out asked))
            return OAuthError.MalformedScope(Reasons.ScopeNotAllowed);
        IReadOnlyList<Resource> meant = named.Count > 0 || apis.Default is not { } usual ? named : [usual];
        if (asked.Names.Count == 0) asked = Defaults(client, meant);
        if (Narrow(client, meant, asked, prompt).Failed(out var refusal, out var scope)) return refusal;
        return Target(client, named, meant, scope);
    }

    // Those count that are of the APIs, or speak of the person together with openid.
    private static Scope Defaults(Client client, IReadOnlyList<Resource> apis)
    {
        var usual = Scope.Of(client.DefaultScopes);
        var person = usual.Has(PersonScopes.OpenId) ? PersonScopes.All : [];
        return usual.Among([.. apis.SelectMany(api => api.Scopes), .. person]);
    }

    // An OpenID request ignores what is unknown (Core §3.1.2.1); any other is told.
    private static Result<Scope> Narrow(Client client, IReadOnlyList<Resource> apis, Scope asked, Prompt prompt)
    {
        var ofApis = Scope.Of(apis.SelectMany(api => api.Scopes)).Among(client.Scopes).Names;
        if (asked.Has(PersonScopes.OpenId))
        {
            if (client.Resources.Person is null) return NotAllowed(PersonScopes.OpenId);
            var person = PersonScopes.All.Intersect(client.Scopes, StringComparer.Ordinal);
            if (!IsOfflineMeant(client, prompt)) person = person.Where(scope => scope != PersonScopes.OfflineAccess);
            return asked.Among([.. ofApis, .. person]);
        }

        // Asked for by apps of plain OAuth that read it in the metadata; there it says nothing.
        asked = asked.Without(PersonScopes.OfflineAccess);
        if (asked.FirstBeyond(ofApis) is not { } beyond) return asked;
        return PersonScopes.All.Contains(beyond, StringComparer.Ordinal)
            ? OAuthError.InvalidScope(
                $"{Scope.Named(beyond)} is granted together with openid alone.", Reasons.ScopeNotAllowed)
            : NotAllowed(beyond);
    }

    // OpenID Connect Core §11: by consent that is asked for, and to a client that can refresh.
    private static bool IsOfflineMeant(Client client, Prompt prompt) =>
        prompt.HasFlag(Prompt.Consent) && client.Allows(GrantTypes.RefreshToken);

    // A scope is one of the APIs that are asked for, and each of these has to get one (RFC 8707 §2).
    private static Result<AskedAccess> Target(
        Client client, IReadOnlyList<Resource> named, IReadOnlyList<Resource> meant, Scope scope)
    {
        if (scope.Names.Count == 0)
        {
            return OAuthError.InvalidScope(
                "No scope that exists here was asked for, and this client has no default.", Reasons.ScopeNotAllowed);
        }

        var idle = meant.FirstOrDefault(api => scope.Among(api.Scopes).Names.Count == 0);
        if (idle is null && meant.Count > 0) return new AskedAccess(scope, meant);
        // Nobody named the API, so a token for the userinfo endpoint is what is meant.
        if (named.Count == 0 && client.Resources.Person is { } person && scope.Has(PersonScopes.OpenId))
            return new AskedAccess(scope, [person]);
        return OAuthError.InvalidScope($"No scope of {idle} was asked for.", Reasons.ResourceWithoutScope);
    }

    private static OAuthError NotAllowed(string scope) => OAuthError.InvalidScope(
        $"{Scope.Named(scope)} is unknown here, or not allowed to this client.", Reasons.ScopeNotAllowed);
}
