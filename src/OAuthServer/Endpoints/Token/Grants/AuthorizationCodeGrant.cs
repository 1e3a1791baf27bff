using Microsoft.Extensions.Options;
using OAuthServer.Clients;
using OAuthServer.Protocol;
using OAuthServer.Settings;
using OAuthServer.Storage;

namespace OAuthServer.Endpoints.Token.Grants;

/// <summary>The authorization code grant (RFC 6749 §4.1.3, RFC 7636 §4.6).</summary>
internal sealed class AuthorizationCodeGrant(AuthorizationCodes codes, Storage.Grants grants, IOptions<OAuthOptions> options, TimeProvider clock) : IGrant
{
    /// <summary>Redeems the code in one statement; only a refusal takes a second look.</summary>
    public async Task<Result<Entitlement>> RedeemAsync(Client client, TokenRequest request, CancellationToken ct)
    {
        if (request.Code is not { } code) return OAuthError.InvalidRequest("The parameter code is missing.", "code_missing");
        if (request.CodeVerifier is { } verifier && !Pkce.IsVerifier(verifier)) return OAuthError.InvalidRequest("The code_verifier is malformed.", "code_verifier_malformed");
        var refreshToken = client.Allows(GrantTypes.RefreshToken) ? RefreshTokenValue.New(clock.GetUtcNow()) : null;
        var challenge = request.CodeVerifier is null ? null : Pkce.Challenge(request.CodeVerifier);
        var redemption = new CodeRedemption(
            code, client.Id, request.RedirectUri, challenge, refreshToken,
            options.Value.RefreshTokenLifetime, options.Value.RefreshTokenFamilyLifetime,
            options.Value.DeviceBinding == DeviceBinding.Off ? null : request.Device.Fingerprint(), request.Audit);
        if (await codes.TryRedeemAsync(redemption, ct) is { } access) return new Entitlement(access.UserId, access.FamilyId, access.Scope, refreshToken);
        return await ExplainAsync(redemption, ct);
    }

    /// <summary>The code is unused again, and the refresh token that nobody has seen is deleted.</summary>
    public Task GiveBackAsync(TokenRequest request, Entitlement entitlement, string reason, CancellationToken ct) =>
        codes.GiveBackAsync(request.Code!, entitlement.FamilyId, entitlement.RefreshToken, reason, request.Audit, ct);

    // In the order of who may know what: everything that only the rightful client can get right comes before the replay,
    // so that a thief without the verifier cannot sign anybody out (CODE-08).
    private async Task<OAuthError> ExplainAsync(CodeRedemption redemption, CancellationToken ct)
    {
        var state = await codes.FindAsync(redemption.Code, ct);
        var refusal = state is null ? OAuthError.InvalidGrant("code_unknown") : Refusal(state, redemption);
        if (refusal.Reason == "code_reused")
            await grants.WithdrawReusedAsync(state!.UserId, state.ClientId, state.FamilyId, AuditEventNames.CodeReused, refusal.Reason, redemption.Audit, ct);
        return refusal with { About = new(redemption.ClientId, state?.UserId, state?.FamilyId) };
    }

    private static OAuthError Refusal(CodeState state, CodeRedemption redemption)
    {
        if (state.ClientId != redemption.ClientId) return OAuthError.InvalidGrant("code_of_another_client");
        if (redemption.RedirectUri is { } uri && uri != state.RedirectUri) return OAuthError.InvalidGrant("code_redirect_uri_mismatch") with { Mismatch = new(uri, [state.RedirectUri]) };
        if (state.CodeChallenge is null && redemption.CodeChallenge is not null) return OAuthError.InvalidRequest("A code_verifier was sent, but the authorization request had no code_challenge.", "code_verifier_without_challenge");
        if (state.CodeChallenge is null && redemption.RedirectUri is null && state.RedirectUriWasSent) return OAuthError.InvalidRequest("The parameter redirect_uri is missing.", "redirect_uri_missing");
        if (redemption.CodeChallenge is null && state.CodeChallenge is not null) return OAuthError.InvalidGrant("code_verifier_missing");
        if (redemption.CodeChallenge != state.CodeChallenge) return OAuthError.InvalidGrant("code_verifier_wrong");
        if (state.Used) return OAuthError.InvalidGrant("code_reused");
        if (state.Revoked) return OAuthError.InvalidGrant("code_revoked");
        return OAuthError.InvalidGrant(state.Expired ? "code_expired" : "account_disabled");
    }
}
