using Microsoft.Extensions.Options;
using OAuthServer.Audit;
using OAuthServer.Clients;
using OAuthServer.Keys;
using OAuthServer.Protocol;
using OAuthServer.Settings;
using OAuthServer.Storage;

namespace OAuthServer.Endpoints.Token.Grants;

/// <summary>
/// The refresh grant with rotation (RFC 6749 §6, RFC 9700 §4.14.2). A repeated request inside the retry window gets
/// the same successor again; after it, or once the successor was used, it is reuse and the session ends
/// (docs/decisions/009-refresh-is-idempotent.md).
/// </summary>
internal sealed class RefreshTokenGrant(
    RefreshTokens tokens,
    Storage.Grants grants,
    KeyRing keys,
    IOptions<OAuthOptions> options,
    TimeProvider clock,
    ServerTelemetry telemetry) : IGrant
{
    public string GrantType => GrantTypes.RefreshToken;

    /// <summary>Rotates in one statement; only a repetition or refusal takes a second look.</summary>
    public async Task<Result<GrantedAccess>> RedeemAsync(Client client, TokenRequest request, CancellationToken ct)
    {
        if (request.RefreshToken is not { } presented)
            return OAuthError.InvalidRequest("The parameter refresh_token is missing.", Reasons.RefreshTokenMissing);
        Scope? scope = null;
        if (request.Scope is { } asked && !Scope.TryParse(asked, out scope))
            return OAuthError.MalformedScope(Reasons.ScopeMalformed);
        // Asked for by apps that were not granted it; whoever was keeps it anyway.
        scope = scope?.Without(PersonScopes.OfflineAccess) is { Names.Count: > 0 } narrower ? narrower : null;
        // As at authorize: some libraries repeat there what they asked for, and not what they were granted.
        if (scope?.Has(PersonScopes.OpenId) == true && client.Scopes.Contains(PersonScopes.OpenId))
            scope = scope.Among(client.Scopes);
        if (TokenTarget.Read(client, request.Resources).Failed(out var untargeted, out var named)) return untargeted;
        if (await tokens.ReadAsync(presented, client.HasImportedTokens(clock.GetUtcNow()), ct) is not { } token)
            return OAuthError.InvalidGrant(Reasons.RefreshTokenUnknown) with { About = new(client.Id) };
        var rotation = RotationOf(client, request, token) with
        {
            Scope = scope?.ToString(),
            Resource = named.Length == 0 ? null : named,
        };
        if (await tokens.TryRotateAsync(rotation, ct) is { } access)
            return Granted(client, access, rotation, rotation.Successor);
        return await SecondLookAsync(client, rotation, scope, request.Arrived, ct);
    }

    /// <summary>The presented token gets the same successor whenever it comes again, until that is used.</summary>
    public async Task GiveBackAsync(
        TokenRequest request, GrantedAccess access, string reason, CancellationToken ct)
    {
        // It was redeemed, so it is known under one of its forms.
        var token = await tokens.ReadAsync(request.RefreshToken!, mayBeImported: true, ct);
        await tokens.GiveBackAsync(token!, access, reason, request.Audit, ct);
    }

    private Rotation RotationOf(Client client, TokenRequest request, string presented)
    {
        var nonce = RefreshTokenValue.NewNonce();
        return new Rotation
        {
            RefreshToken = presented,
            Nonce = nonce,
            Successor = RefreshTokenValue.Successor(keys.Secrets.Current.SuccessorKey, nonce, presented),
            ClientId = client.Id,
            Apis = client.Resources.Names,
            ApiScopes = client.Resources.Scopes,
            TellsClaims = client.TellsClaims,
            Lifetime = options.Value.RefreshTokenLifetime,
            DeviceFingerprint = options.Value.DeviceBinding == DeviceBinding.Off ? null : request.Device.Fingerprint(),
            EnforceDevice = options.Value.DeviceBinding == DeviceBinding.Enforce,
            MostRepeats = client.MostRefreshRepeats,
            Audit = request.Audit,
        };
    }

    private static GrantedAccess Granted(Client client, GrantedAccess access, Rotation rotation, string successor) =>
        TokenTarget.Narrow(client, access, rotation.Scope ?? access.Scope) with { RefreshToken = successor };

    private async Task<Result<GrantedAccess>> SecondLookAsync(
        Client client, Rotation rotation, Scope? scope, long arrived, CancellationToken ct)
    {
        if (await tokens.FindAsync(rotation.RefreshToken, ct) is not { } state)
            return OAuthError.InvalidGrant(Reasons.RefreshTokenUnknown) with { About = new(rotation.ClientId) };
        var about = new RefusalSubject(rotation.ClientId, state.UserId, state.GrantId);
        if (Refusal(client, state, rotation, scope) is { } refusal) return refusal with { About = about };
        if (!state.Used)
        {
            var reason = IsRefusedDevice(state, rotation) ? Reasons.DeviceChanged : Reasons.RefreshTokenExpired;
            return OAuthError.InvalidGrant(reason) with { About = about };
        }

        // Reuse comes first: an old token ends its session whatever it is sent from.
        if (!MayRepeat(state, arrived)) return await EndAsync(about, Reasons.RefreshTokenReused, rotation, ct);
        if (IsRefusedDevice(state, rotation))
            return OAuthError.InvalidGrant(Reasons.DeviceChanged) with { About = about };
        if (state.SuccessorNonce is null) return await EndAsync(about, Reasons.RefreshTokenReused, rotation, ct);
        if (!IsAskedAgain(state, rotation, scope))
            return OAuthError.InvalidGrant(Reasons.RefreshRepeatDiffers) with { About = about };
        return await RepeatAsync(client, state, rotation, about, ct);
    }

    // A lost answer is asked for as it was at first. One that was never made has handed nothing out, so it need not be.
    private static bool IsAskedAgain(RefreshTokenState state, Rotation rotation, Scope? scope) =>
        state.SinceUse is null
        || ((state.RotatedResource ?? state.Resources[0]) == (rotation.Resource ?? state.Resources[0])
            && Scope.OfGrant(state.RotatedScope ?? string.Empty).Names.ToHashSet(StringComparer.Ordinal)
                .SetEquals(scope?.Names ?? [string.Empty]));

    private async Task<OAuthError> EndAsync(
        RefusalSubject about, string reason, Rotation rotation, CancellationToken ct)
    {
        telemetry.RefreshTokenReused();
        var grant = new HeldGrant(about.GrantId!.Value, about.UserId!.Value, about.ClientId!);
        await grants.WithdrawReusedAsync(grant, AuditEventNames.RefreshTokenReused, reason, rotation.Audit, ct);
        return OAuthError.InvalidGrant(reason) with { About = about };
    }

    // The window counts from when the request came, not from when a frozen database got to it: two lengths of time are
    // compared, and no two clocks. A window of zero means never, also for two that came at the same moment.
    private bool MayRepeat(RefreshTokenState state, long arrived)
    {
        if (!state.IsPrevious) return false;
        if (state.SinceUse is not { } sinceUse) return true;
        var window = options.Value.RefreshRetryWindow;
        return window > TimeSpan.Zero && sinceUse - clock.GetElapsedTime(arrived) < window;
    }

    private async Task<Result<GrantedAccess>> RepeatAsync(
        Client client, RefreshTokenState state, Rotation rotation, RefusalSubject about, CancellationToken ct)
    {
        var successor = SuccessorOf(state, state.SuccessorNonce!, rotation.RefreshToken);
        if (await tokens.TryRepeatAsync(Repetition.Of(rotation, successor), ct) is not { } repeated)
            return await EndAsync(about, Reasons.RefreshTokenReused, rotation, ct);
        if (!repeated.WithinBound) return await EndAsync(about, Reasons.RefreshRepeatsExhausted, rotation, ct);
        telemetry.RefreshRepeated(
            repeated.EarlierAddress != rotation.Audit.Address, repeated.OtherDevice == true);
        return Granted(client, repeated.ToGranted(), rotation, successor);
    }

    // The one that is live: another instance may have rotated the server secret meanwhile, or not yet.
    private string SuccessorOf(RefreshTokenState state, byte[] nonce, string presented) =>
        keys.Secrets.All
            .Select(secret => RefreshTokenValue.Successor(secret.SuccessorKey, nonce, presented))
            .FirstOrDefault(made => state.LiveToken.AsSpan().SequenceEqual(Handle.Hash(made)))
        ?? throw new KeyStoreException("a server secret is not known here that made a refresh token");

    // Why the token is refused, whether it was used or not; null when nothing of this is wrong.
    private static OAuthError? Refusal(Client client, RefreshTokenState state, Rotation rotation, Scope? scope)
    {
        if (state.ClientId != rotation.ClientId) return OAuthError.InvalidGrant(Reasons.RefreshTokenOfAnotherClient);
        if (state.Revoked) return OAuthError.InvalidGrant(Reasons.RefreshTokenRevoked);
        if (!state.AccountLive) return OAuthError.InvalidGrant(Reasons.AccountDisabled);
        var granted = Scope.OfGrant(state.Scope);
        if (scope?.FirstBeyond(granted.Names) is { } beyond)
        {
            return OAuthError.InvalidScope(
                $"{Scope.Named(beyond)} was not granted; it takes a new authorization request.",
                Reasons.ScopeExceedsGrant);
        }

        if (TokenTarget.Fault(client, rotation.Resource, state.Resources) is { } fault) return fault;
        var target = rotation.Resource ?? state.Resources[0];
        if (!TokenTarget.HasScope(client, target, granted)) return OAuthError.InvalidGrant(Reasons.ScopeWithdrawn);
        if (scope is null || TokenTarget.HasScope(client, target, scope)) return null;
        return scope.Among(client.Resources.Find(target)!.Scopes).Names.Count > 0
            ? OAuthError.InvalidGrant(Reasons.ScopeWithdrawn)
            : OAuthError.InvalidScope(
                "None of the scope is of the API that the token is to be for.", Reasons.ScopeOfAnotherResource);
    }

    // A session that began while binding was off has no fingerprint; its next rotation keeps one.
    private static bool IsRefusedDevice(RefreshTokenState state, Rotation rotation) =>
        rotation.EnforceDevice && state.DeviceFingerprint is { } kept
        && !kept.AsSpan().SequenceEqual(rotation.DeviceFingerprint);
}
