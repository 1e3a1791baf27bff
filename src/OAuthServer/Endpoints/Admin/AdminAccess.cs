using Microsoft.Extensions.Options;
using OAuthServer.Clients;
using OAuthServer.Endpoints.Introspect;
using OAuthServer.Endpoints.Revoke;
using OAuthServer.Protocol;
using OAuthServer.Settings;
using OAuthServer.Storage;

namespace OAuthServer.Endpoints.Admin;

/// <summary>A caller, and the scopes of the admin API that its token is good for.</summary>
/// <param name="Lacks">Why there are none; null when there are.</param>
internal sealed record AdminRights(AdminCaller Caller, IReadOnlyList<string> Scopes, string? Lacks = null);

/// <summary>
/// What an access token is good for at the admin API (RFC 6750 §3.1). What can change since it was issued is asked
/// again at every call: whether it was revoked, whether its client may administer, whether the person is an operator.
/// </summary>
internal sealed class AdminAccess(
    AccessTokenReader reader,
    TokenLife life,
    ClientDirectory clients,
    OperatorAccounts operators,
    IOptions<ManagementOptions> options,
    TimeProvider clock)
{
    private static readonly OAuthError Unusable = new(
        "invalid_token", "The access token has expired, was revoked, or is none of this server.",
        Reasons.BearerTokenUnusable, 401);

    private static readonly OAuthError OfAnotherApi = new(
        "invalid_token", "The access token is for another API.", Reasons.BearerTokenOfAnotherApi, 401);

    /// <summary>RFC 9470 §3.</summary>
    private static readonly OAuthError TooWeak = new(
        "insufficient_user_authentication", "Sign in again, with a second factor.", Reasons.AdminSignInTooWeak, 401);

    public async Task<Result<AdminRights>> JudgeAsync(string token, CancellationToken ct)
    {
        if (!reader.CanVerify) return OAuthError.TemporarilyUnavailable(Reasons.SigningKeyMissing);
        if (await reader.ReadAsync(token) is not { } issued || !await life.IsLiveAsync(issued, ct)) return Unusable;
        if (await clients.FindAsync(issued.ClientId, ct) is not { } client) return Unusable;
        var caller = new AdminCaller(client.Id, issued.Subject);
        var text = issued.Jwt.TryGetPayloadValue<string>("scope", out var said) ? said : string.Empty;
        var asked = Scope.OfGrant(text).Among(AdminScopes.All);
        if (asked.Names.Count == 0) return new AdminRights(caller, [], Reasons.AdminScopeMissing);
        if (!client.Resources.IsAdmin(issued.Jwt.Audiences.SingleOrDefault())) return OfAnotherApi;
        if (client.Resources.Admin is null) return new AdminRights(caller, [], Reasons.AdminScopeMissing);
        var scopes = asked.Among(client.Scopes).Names;
        if (issued.Subject is not { } person) return new AdminRights(caller, scopes);
        if (await operators.PseudonymAsync(person, ct) is not { } pseudonym)
            return new AdminRights(caller, [], Reasons.NotAnOperator);
        return IsSureEnough(issued) ? new AdminRights(caller with { Pseudonym = pseudonym }, scopes) : TooWeak;
    }

    private bool IsSureEnough(IssuedAccessToken token)
    {
        if (!token.Jwt.TryGetPayloadValue<string>("acr", out var level) || level != Levels.TwoFactors) return false;
        if (!token.Jwt.TryGetPayloadValue<long>("auth_time", out var signedIn)) return false;
        return clock.GetUtcNow() - DateTimeOffset.FromUnixTimeSeconds(signedIn) <= options.Value.LongestSignIn;
    }
}
