using OAuthServer.Clients;
using OAuthServer.Endpoints.Revoke;
using OAuthServer.Protocol;
using OAuthServer.Settings;
using OAuthServer.Storage;

namespace OAuthServer.Endpoints.Introspect;

/// <summary>
/// What a caller may know of a token (RFC 7662 §2.2, §4): of an access token its client and those that its API names,
/// of a refresh token its client alone. Everybody else, and of every other token, learns that it is not active.
/// </summary>
internal sealed class Introspector(
    AccessTokenReader reader,
    TokenLife life,
    RefreshTokens refreshTokens,
    ResourceDirectory resources,
    ServerAddress address,
    TimeProvider clock)
{
    private const int DotsOfAJwt = 2;

    private static readonly Dictionary<string, object> Inactive = new() { ["active"] = false };

    // Copied as they are in the token, numbers as numbers.
    private static readonly string[] Texts = ["scope", "client_id", "sub", "aud", "iss", "jti"];
    private static readonly string[] Numbers = ["exp", "iat"];

    /// <summary>The members of the answer; of a token that is not active <c>active</c> alone.</summary>
    public async Task<Dictionary<string, object>> DescribeAsync(Client caller, string token, CancellationToken ct) =>
        (token.Count(c => c == '.') == DotsOfAJwt
            ? await DescribeAccessTokenAsync(caller, token, ct)
            : await DescribeRefreshTokenAsync(caller, token, ct)) ?? Inactive;

    private async Task<Dictionary<string, object>?> DescribeAccessTokenAsync(
        Client caller, string token, CancellationToken ct)
    {
        if (await reader.ReadAsync(token) is not { } issued) return null;
        if (!await ConcernsAsync(caller, issued, ct) || !await life.IsLiveAsync(issued, ct)) return null;
        var members = new Dictionary<string, object> { ["active"] = true };
        foreach (var name in Texts) members[name] = issued.Jwt.GetPayloadValue<string>(name);
        foreach (var name in Numbers) members[name] = issued.Jwt.GetPayloadValue<long>(name);
        // Of a person's token alone (RFC 9470 §6.2).
        if (issued.Jwt.TryGetPayloadValue<long>("auth_time", out var signedIn)) members["auth_time"] = signedIn;
        if (issued.Jwt.TryGetPayloadValue<string>("acr", out var level)) members["acr"] = level;
        members["token_type"] = "Bearer";
        return members;
    }

    private async ValueTask<bool> ConcernsAsync(Client caller, IssuedAccessToken issued, CancellationToken ct)
    {
        if (caller.Id == issued.ClientId) return true;
        if (issued.Jwt.Audiences.SingleOrDefault() is not { } audience) return false;
        if (ResourceUri.Canonical(audience) is not { } canonical) return false;
        return (await resources.ReadAsync(ct)).Find(canonical) is { IsDisabled: false } api
            && api.IntrospectionClients.Contains(caller.Id, StringComparer.Ordinal);
    }

    private async Task<Dictionary<string, object>?> DescribeRefreshTokenAsync(
        Client caller, string token, CancellationToken ct)
    {
        if (await refreshTokens.ReadAsync(token, caller.HasImportedTokens(clock.GetUtcNow()), ct) is not { } known)
            return null;
        if (await refreshTokens.FindAsync(known, ct) is not { } state || state.ClientId != caller.Id) return null;
        if (state.Used || state.Expired || state.Revoked || !state.AccountLive) return null;
        return new()
        {
            ["active"] = true,
            ["client_id"] = state.ClientId,
            ["sub"] = state.UserId.ToString(),
            ["scope"] = Scope.OfGrant(state.Scope).Among(caller.Scopes).ToString(),
            ["iss"] = address.Issuer,
            ["exp"] = state.ExpiresAt.ToUnixTimeSeconds(),
        };
    }
}
