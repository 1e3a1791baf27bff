using OAuthServer.Audit;
using OAuthServer.Clients;
using OAuthServer.Protocol;
using OAuthServer.RateLimits;
using OAuthServer.Storage;

namespace OAuthServer.Endpoints.Revoke;

/// <summary>
/// Ends what a token stands for (RFC 7009 §2.1): a refresh token's whole grant, or one access token.
/// </summary>
internal sealed class RevokeService(
    ClientAuthenticator clients,
    RefreshTokens refreshTokens,
    Storage.Grants grants,
    AccessTokenRevoker accessTokens,
    RefusalJournal refusals,
    TimeProvider clock)
{
    private const string Endpoint = "revoke";
    private const int DotsOfAJwt = 2;

    /// <summary>
    /// Null when the token is no longer valid, whatever it was before (RFC 7009 §2.2); else the refusal.
    /// </summary>
    public async Task<OAuthError?> RevokeAsync(RevokeRequest request, CancellationToken ct)
    {
        var credentials = request.Credentials;
        var authenticated = await clients.AuthenticateAsync(credentials, request.Token, ct);
        if (authenticated.Failed(out var refused, out var client))
        {
            refused = Within(request.UsedUp, refused);
            return await refusals.RecordClientAsync(Endpoint, refused, credentials.ClientId, request.Audit, ct);
        }

        var refusal = request.Token.Count(c => c == '.') == DotsOfAJwt
            ? await accessTokens.RevokeAsync(client, request, ct)
            : await RevokeRefreshTokenAsync(client, request, ct);
        if (refusal is null) return null;
        refusal = Within(request.UsedUp, refusal);
        return await refusals.RecordAsync(Endpoint, AuditEventNames.RevocationRefused, refusal, request.Audit, ct);
    }

    /// <summary>Logs the refusal of a request that could not be read.</summary>
    public OAuthError Note(OAuthError error, BudgetState? usedUp, AuditContext context) =>
        refusals.Note(Endpoint, Within(usedUp, error), context);

    // A used-up budget hides why and leaves no row. The guess that uses up the budget of a client still does.
    private static OAuthError Within(BudgetState? usedUp, OAuthError refusal) =>
        usedUp is { } budget && !refusal.GuessesUsedUp
            && refusal.Status is < StatusCodes.Status500InternalServerError and not StatusCodes.Status429TooManyRequests
            ? new BudgetRefusal(Reasons.AddressBudget, budget)
            : refusal;

    private async Task<OAuthError?> RevokeRefreshTokenAsync(Client client, RevokeRequest request, CancellationToken ct)
    {
        var mayBeImported = client.HasImportedTokens(clock.GetUtcNow());
        if (await refreshTokens.ReadAsync(request.Token, mayBeImported, ct) is not { } token) return null;
        if (await refreshTokens.FindAsync(token, ct) is not { } state) return null;
        if (state.ClientId != client.Id)
        {
            var about = new RefusalSubject(client.Id, state.UserId, state.GrantId);
            return OAuthError.InvalidGrant(Reasons.TokenOfAnotherClient) with { About = about };
        }

        await grants.RevokeAsync(new(state.GrantId, state.UserId, state.ClientId), request.Audit, ct);
        return null;
    }
}
