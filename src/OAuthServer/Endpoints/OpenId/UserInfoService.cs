using System.Text.Json;
using OAuthServer.Audit;
using OAuthServer.Endpoints.Revoke;
using OAuthServer.Endpoints.Token;
using OAuthServer.Protocol;
using OAuthServer.Storage;

namespace OAuthServer.Endpoints.OpenId;

/// <summary>
/// Tells an app of the person who let it know (OpenID Connect Core §5.3): the claims of the token's scopes, and those
/// that were asked for one by one. Whatever API the token is for, it is good here
/// (docs/decisions/034-scopes-of-the-person.md).
/// </summary>
internal sealed class UserInfoService(AccessTokenReader reader, UserInfo people, RefusalLog refusals)
{
    public const string Endpoint = "userinfo";

    private static readonly OAuthError Unusable = new(
        "invalid_token", "The access token has expired, was revoked, or is none of this server.",
        Reasons.BearerTokenUnusable, 401);

    private static readonly OAuthError OfNoPerson = new(
        "insufficient_scope", "The access token lacks the scope openid.", Reasons.BearerTokenOfNoPerson, 403);

    /// <summary>The members of the answer.</summary>
    public async Task<Result<IReadOnlyDictionary<string, object>>> DescribeAsync(string token, CancellationToken ct)
    {
        if (!reader.CanVerify) return OAuthError.TemporarilyUnavailable(Reasons.SigningKeyMissing);
        if (await reader.ReadAsync(token) is not { } issued) return Unusable;
        var scope = Scope.OfGrant(issued.Jwt.TryGetPayloadValue<string>("scope", out var text) ? text : string.Empty);
        if (issued.Subject is not { } user || !scope.Has(PersonScopes.OpenId)) return OfNoPerson;
        if (await people.FindAsync(issued.Id, issued.ClientId, user, ct) is not { } known) return Unusable;
        var claims = JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(known)!;
        var asked = issued.Jwt.TryGetPayloadValue<string[]>(TokenIssuer.UserInfoClaims, out var named) ? named : [];
        var members = new Dictionary<string, object> { ["sub"] = user.ToString() };
        foreach (var name in PersonClaims.Of(scope.Names).Concat(asked).Distinct().Where(claims.ContainsKey))
            members[name] = claims[name];
        return Result.Of<IReadOnlyDictionary<string, object>>(members);
    }

    /// <summary>Logs a refusal and hands it on.</summary>
    public OAuthError Note(OAuthError error, AuditContext context) => refusals.Note(Endpoint, error, context);
}
