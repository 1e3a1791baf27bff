using Microsoft.Extensions.Options;
using OAuthServer.Audit;
using OAuthServer.Clients;
using OAuthServer.Protocol;
using OAuthServer.Settings;
using OAuthServer.Storage;

namespace OAuthServer.Endpoints.Token.Grants;

/// <summary>The authorization code grant (RFC 6749 §4.1.3, RFC 7636 §4.6).</summary>
internal sealed partial class AuthorizationCodeGrant(
    AuthorizationCodes codes,
    Storage.Grants grants,
    IOptions<OAuthOptions> options,
    TimeProvider clock,
    ServerTelemetry telemetry,
    ILogger<AuthorizationCodeGrant> logger) : IGrant
{
    public string GrantType => GrantTypes.AuthorizationCode;

    /// <summary>Redeems the code in one statement; only a refusal takes a second look.</summary>
    public async Task<Result<GrantedAccess>> RedeemAsync(Client client, TokenRequest request, CancellationToken ct)
    {
        if (request.Code is not { } code)
            return OAuthError.InvalidRequest("The parameter code is missing.", Reasons.CodeMissing);
        if (request.CodeVerifier is { } verifier && !Pkce.IsVerifier(verifier))
            return OAuthError.InvalidRequest("The code_verifier is malformed.", Reasons.CodeVerifierMalformed);
        if (TokenTarget.Read(client, request.Resources).Failed(out var untargeted, out var named)) return untargeted;
        var redemption = new CodeRedemption
        {
            Code = code,
            ClientId = client.Id,
            RedirectUri = request.RedirectUri,
            Resource = named.Length == 0 ? null : named,
            Apis = client.Resources.Names,
            ApiScopes = client.Resources.Scopes,
            TellsClaims = client.TellsClaims,
            CodeChallenge = request.CodeVerifier is null ? null : Pkce.Challenge(request.CodeVerifier),
            RefreshToken = client.Allows(GrantTypes.RefreshToken) ? RefreshTokenValue.New(clock.GetUtcNow()) : null,
            RefreshTokenLifetime = options.Value.RefreshTokenLifetime,
            FamilyLifetime = options.Value.RefreshTokenFamilyLifetime,
            DeviceFingerprint = options.Value.DeviceBinding == DeviceBinding.Off ? null : request.Device.Fingerprint(),
            Audit = request.Audit,
        };
        if (await codes.TryRedeemAsync(redemption, ct) is { } access)
        {
            return TokenTarget.Narrow(client, access, access.Scope) with { RefreshToken = redemption.RefreshToken };
        }

        return await ExplainAsync(client, redemption, ct);
    }

    /// <summary>The code is unused again, and the refresh token that nobody has seen is deleted.</summary>
    public Task GiveBackAsync(TokenRequest request, GrantedAccess access, string reason, CancellationToken ct) =>
        codes.GiveBackAsync(request.Code!, access, reason, request.Audit, ct);

    // Whoever comes so far is the client, with the verifier: nobody learns from it what they should not know.
    private static OAuthError ExchangedTwice(RefusalSubject about) => OAuthError.InvalidGrant(Reasons.CodeReused) with
    {
        Description = "This client exchanged the code before, so what it bought is withdrawn now: a code is good for "
            + "one exchange. Does the callback page run twice?",
        About = about,
    };

    // What only the rightful client can get right comes before the replay, so that a thief without the verifier cannot
    // sign anybody out (CODE-08).
    private async Task<OAuthError> ExplainAsync(Client client, CodeRedemption redemption, CancellationToken ct)
    {
        if (await codes.FindAsync(redemption.Code, ct) is not { } state)
            return OAuthError.InvalidGrant(Reasons.CodeUnknown) with { About = new(redemption.ClientId) };
        var about = new RefusalSubject(redemption.ClientId, state.UserId, state.GrantId);
        if (Refusal(state, redemption) is { } refusal) return refusal with { About = about };
        if (state.Used)
        {
            telemetry.CodeReused();
            var reused = ExchangedTwice(about);
            LogExchangedTwice(state.ClientId, state.SinceUse, redemption.Audit.CorrelationId);
            var grant = new HeldGrant(state.GrantId, state.UserId, state.ClientId);
            await grants.WithdrawReusedAsync(
                grant, AuditEventNames.CodeReused, reused.Reason, redemption.Audit, ct);
            return reused;
        }

        return EndOf(state, client, redemption.Resource) with { About = about };
    }

    // Why an unused code does not count.
    private static OAuthError EndOf(CodeState state, Client client, string? named)
    {
        if (state.Revoked) return OAuthError.InvalidGrant(Reasons.CodeRevoked);
        if (state.Expired) return OAuthError.InvalidGrant(Reasons.CodeExpired);
        if (TokenTarget.Fault(client, named, state.Resources) is { } fault) return fault;
        return TokenTarget.HasScope(client, named ?? state.Resources[0], Scope.OfGrant(state.Scope))
            ? OAuthError.InvalidGrant(Reasons.AccountDisabled)
            : OAuthError.InvalidGrant(Reasons.ScopeWithdrawn);
    }

    // What of the request does not fit the code; null when all of it does.
    private static OAuthError? Refusal(CodeState state, CodeRedemption redemption)
    {
        if (state.ClientId != redemption.ClientId) return OAuthError.InvalidGrant(Reasons.CodeOfAnotherClient);
        if (redemption.RedirectUri is { } uri && uri != state.RedirectUri)
        {
            var mismatch = new RedirectUriMismatch(uri, [state.RedirectUri]);
            return OAuthError.InvalidGrant(Reasons.CodeRedirectUriMismatch) with { Mismatch = mismatch };
        }

        if (state.CodeChallenge is null && redemption.CodeChallenge is not null)
        {
            return OAuthError.InvalidRequest(
                "A code_verifier was sent, but the authorization request had no code_challenge.",
                Reasons.CodeVerifierWithoutChallenge);
        }

        if (state.CodeChallenge is null && redemption.RedirectUri is null && state.RedirectUriWasSent)
            return OAuthError.InvalidRequest("The parameter redirect_uri is missing.", Reasons.RedirectUriMissing);
        if (redemption.CodeChallenge is null && state.CodeChallenge is not null)
            return OAuthError.InvalidGrant(Reasons.CodeVerifierMissing);
        return redemption.CodeChallenge == state.CodeChallenge
            ? null
            : OAuthError.InvalidGrant(Reasons.CodeVerifierWrong);
    }

    [LoggerMessage(1005, LogLevel.Warning,
        "The app {ClientId} exchanged one code twice, {SinceFirst} apart, both times with all that the code asks for: "
        + "what it bought is withdrawn. Correlation id {CorrelationId}")]
    private partial void LogExchangedTwice(string clientId, TimeSpan? sinceFirst, string? correlationId);
}
