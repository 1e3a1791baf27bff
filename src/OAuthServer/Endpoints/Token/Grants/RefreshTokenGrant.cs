using Microsoft.Extensions.Options;
using OAuthServer.Clients;
using OAuthServer.Protocol;
using OAuthServer.Settings;
using OAuthServer.Storage;

namespace OAuthServer.Endpoints.Token.Grants;

/// <summary>
/// The refresh grant with rotation (RFC 6749 §6, RFC 9700 §4.14.2). A repeated request inside the retry window gets the
/// same successor again; after it, or once the successor was used, it is reuse and the family dies.
/// </summary>
internal sealed class RefreshTokenGrant(RefreshTokens tokens, Storage.Grants grants, IOptions<OAuthOptions> options, TimeProvider clock) : IGrant
{
    /// <summary>Rotates in one statement; only a repetition or refusal takes a second look.</summary>
    public async Task<Result<Entitlement>> RedeemAsync(Client client, TokenRequest request, CancellationToken ct)
    {
        if (request.RefreshToken is not { } presented) return OAuthError.InvalidRequest("The parameter refresh_token is missing.", "refresh_token_missing");
        Scope? scope = null;
        if (request.Scope is { } asked && !Scope.TryParse(asked, out scope)) return OAuthError.InvalidScope("scope_malformed");
        var rotation = new Rotation(
            presented, RefreshTokenValue.NewNonce(presented, clock.GetUtcNow()), client.Id, scope?.ToString(), options.Value.RefreshTokenLifetime,
            options.Value.DeviceBinding == DeviceBinding.Off ? null : request.Device.Fingerprint(),
            options.Value.DeviceBinding == DeviceBinding.Enforce, request.Audit);
        if (await tokens.TryRotateAsync(rotation, ct) is { } access) return Entitle(access, rotation, rotation.Successor);
        return await SecondLookAsync(rotation, scope, ct);
    }

    /// <summary>The presented token gets the same successor whenever it comes again, until that is used.</summary>
    public Task GiveBackAsync(TokenRequest request, Entitlement entitlement, string reason, CancellationToken ct) =>
        tokens.GiveBackAsync(request.RefreshToken!, entitlement.FamilyId, reason, request.Audit, ct);

    private static Entitlement Entitle(GrantedAccess access, Rotation rotation, string successor) =>
        new(access.UserId, access.FamilyId, rotation.Scope ?? access.Scope, successor);

    private async Task<Result<Entitlement>> SecondLookAsync(Rotation rotation, Scope? scope, CancellationToken ct)
    {
        var state = await tokens.FindAsync(rotation.RefreshToken, options.Value.RefreshRetryWindow, ct);
        var refusal = state is null ? OAuthError.InvalidGrant("refresh_token_unknown") : Refusal(state, rotation, scope);
        if (refusal.Reason == "refresh_token_reused")
        {
            if (state is { MayRepeat: true, SuccessorNonce: { } nonce })
            {
                var successor = RefreshTokenValue.Successor(nonce, rotation.RefreshToken);
                if (await tokens.TryRepeatAsync(successor, rotation.ClientId, rotation.Audit, ct) is { } access) return Entitle(access, rotation, successor);
            }

            await grants.WithdrawReusedAsync(state!.UserId, state.ClientId, state.FamilyId, AuditEventNames.RefreshTokenReused, refusal.Reason, rotation.Audit, ct);
        }

        return refusal with { About = new(rotation.ClientId, state?.UserId, state?.FamilyId) };
    }

    private static OAuthError Refusal(RefreshTokenState state, Rotation rotation, Scope? scope)
    {
        if (state.ClientId != rotation.ClientId) return OAuthError.InvalidGrant("refresh_token_of_another_client");
        if (state.Revoked) return OAuthError.InvalidGrant("refresh_token_revoked");
        if (!state.AccountLive) return OAuthError.InvalidGrant("account_disabled");
        if (scope is not null && !scope.IsWithin(state.Scope.Split(' '))) return OAuthError.InvalidScope("scope_exceeds_grant");
        // A family that began while binding was off has no fingerprint; its next rotation keeps one.
        if (rotation.EnforceDevice && state.DeviceFingerprint is { } kept && !kept.AsSpan().SequenceEqual(rotation.DeviceFingerprint)) return OAuthError.InvalidGrant("device_changed");
        if (state.Used) return OAuthError.InvalidGrant("refresh_token_reused");
        return OAuthError.InvalidGrant("refresh_token_expired");
    }
}
