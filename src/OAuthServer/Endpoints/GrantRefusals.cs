using System.Collections.Frozen;
using OAuthServer.Protocol;

namespace OAuthServer.Endpoints;

/// <summary>
/// What is said of an <c>invalid_grant</c> (RFC 6749 §5.2). Its causes share one sentence, since whoever holds a
/// stolen code or token is told nothing of it; the correlation id lets the operator see the cause. In Development,
/// where nothing is stolen, the cause is said.
/// </summary>
internal sealed class GrantRefusals(IHostEnvironment environment)
{
    private const string Code = "invalid_grant";

    private static readonly FrozenDictionary<string, string> Causes = new Dictionary<string, string>
    {
        [Reasons.CodeUnknown] = "There is no such code: it was cut, decoded twice, or is long over.",
        [Reasons.CodeOfAnotherClient] = "The code was issued to another client.",
        [Reasons.CodeRedirectUriMismatch] =
            "The redirect_uri is not the one of the authorization request, byte for byte; the log has both.",
        [Reasons.CodeVerifierMissing] =
            "The authorization request had a code_challenge, so a code_verifier has to be sent.",
        [Reasons.CodeVerifierWrong] = "The code_verifier does not fit the code_challenge of the authorization request.",
        [Reasons.CodeExpired] = "The code has expired: exchange it at once.",
        [Reasons.CodeRevoked] = "The code was withdrawn: the person took access back.",
        [Reasons.RefreshTokenUnknown] =
            "There is no such refresh token: it was cut, is of another server, or its session is long over.",
        [Reasons.RefreshTokenOfAnotherClient] = "The refresh token was issued to another client.",
        [Reasons.RefreshTokenExpired] = "The refresh token has expired: it lay idle too long, or its session is over.",
        [Reasons.RefreshTokenRevoked] = "The session of the refresh token was withdrawn before.",
        [Reasons.RefreshTokenReused] =
            "The refresh token is an old one, used before: its session is withdrawn. Store the new one each time.",
        [Reasons.RefreshRepeatsExhausted] =
            "More refreshes in a row were sent twice than the client may (max_refresh_repeats): its session is "
            + "withdrawn.",
        [Reasons.RefreshRepeatDiffers] =
            "The refresh token was used a moment ago with another scope or resource. Send that again, or use the new "
            + "token.",
        [Reasons.ScopeWithdrawn] = "The client may have none of the scopes any more that were granted.",
        [Reasons.DeviceChanged] = "The request comes from another device than the session, and OAuth:DeviceBinding is "
            + "Enforce.",
        [Reasons.AccountDisabled] = "The account is disabled.",
        [Reasons.TokenOfAnotherClient] = "The token was issued to another client.",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private readonly bool _saysCause = environment.IsDevelopment();

    /// <summary>The description of a refusal, whatever its code.</summary>
    public string Describe(OAuthError error, string correlationId)
    {
        if (error.Code != Code) return error.Description;
        var said = _saysCause ? Causes.GetValueOrDefault(error.Reason, error.Description) : error.Description;
        return $"{said} Reference: {correlationId}";
    }
}
