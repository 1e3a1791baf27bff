using OAuthServer.Clients;
using OAuthServer.Protocol;
using OAuthServer.Storage;

namespace OAuthServer.Endpoints.Token.Grants;

/// <summary>
/// Which API an access token is for (RFC 8707 §2.2): one alone, out of those of the grant. What the request names is
/// judged before the grant is looked at; that it is part of the grant, and that a request that names none leaves no
/// choice, is a condition of the statement, and said here only when that made no tokens.
/// </summary>
internal static class TokenTarget
{
    /// <summary>The canonical identifier that the request names, or an empty text when it names none.</summary>
    public static Result<string> Read(Client client, IReadOnlyList<string> named)
    {
        if (client.Resources.Read(named).Failed(out var refusal, out var apis)) return refusal;
        if (apis.Count <= 1) return apis.Count == 0 ? string.Empty : apis[0].Canonical;
        return OAuthError.InvalidTarget(
            "An access token is for one API: name one resource, and ask again for the next.", Reasons.ResourceSeveral);
    }

    /// <summary>The API that a request names, or the default one.</summary>
    public static Result<Resource> Choose(Client client, IReadOnlyList<string> named)
    {
        if (Read(client, named).Failed(out var refusal, out var canonical)) return refusal;
        if (canonical.Length > 0) return client.Resources.Find(canonical)!;
        return client.Resources.Default is { } usual ? usual : OAuthError.NoDefaultTarget();
    }

    /// <summary>Why no token can be made for the API that is asked of a grant; null when one can.</summary>
    public static OAuthError? Fault(Client client, string? asked, string[] granted)
    {
        if (asked is not null && !granted.Contains(asked, StringComparer.Ordinal))
        {
            return OAuthError.InvalidTarget(
                "The resource was not granted; it takes a new authorization request.", Reasons.ResourceExceedsGrant);
        }

        if (asked is null && granted.Length > 1)
        {
            return OAuthError.InvalidTarget(
                "The grant is for several APIs, so the parameter resource has to name one of them.",
                Reasons.ResourceMissing);
        }

        var target = asked ?? granted.FirstOrDefault() ?? string.Empty;
        return client.Resources.Find(target) is null
            ? client.Resources.NotToBeHad(target, "The API of this grant")
            : null;
    }

    /// <summary>Whether the client may have any of a scope at an API that it may ask for.</summary>
    public static bool HasScope(Client client, string target, Scope scope) =>
        client.Resources.Find(target) is { } api && scope.Among(api.Scopes).Among(client.Scopes).Names.Count > 0;

    /// <summary>The access that a statement granted, for one API: its scopes that the client may have today.</summary>
    /// <param name="client">Whose access it is.</param>
    /// <param name="access">What the statement answered with.</param>
    /// <param name="scope">The scope that the request named, or that of the grant.</param>
    public static GrantedAccess Narrow(Client client, GrantedAccess access, string scope)
    {
        var api = client.Resources.Find(access.Resource)!;
        return access with
        {
            // Scopes of the person ride along, whatever API the token is for.
            Scope = Scope.OfGrant(scope).Among(api.Scopes.Concat(PersonScopes.All)).Among(client.Scopes).ToString(),
            TellsClaims = client.TellsClaims,
            Audience = api.Identifier,
            Lifetime = api.AccessTokenLifetime,
        };
    }
}
