using OAuthServer.Clients;
using OAuthServer.Protocol;

namespace OAuthServer.Endpoints.Token;

/// <summary>A token request as it came (RFC 6749 §4.1.3, §6), well formed but not yet believed.</summary>
internal sealed record TokenRequest(
    string GrantType, ClientCredentials Credentials, string? Code, string? RedirectUri, string? CodeVerifier,
    string? RefreshToken, string? Scope, DeviceTraits Device, AuditContext Audit)
{
    /// <summary>No parameter of this endpoint is longer.</summary>
    public const int LongestValue = 4096;

    /// <summary>Parses the body; a parameter that occurs twice is refused (RFC 6749 §3.2).</summary>
    /// <param name="http">The request; its query is never looked at (RFC 6749 §2.3.1).</param>
    /// <param name="impliedGrantType">The grant type when none is sent: the refresh alias has one, the token endpoint has none.</param>
    /// <param name="ct">Ends with the request.</param>
    public static async ValueTask<Result<TokenRequest>> ParseAsync(HttpRequest http, string? impliedGrantType, CancellationToken ct)
    {
        if ((await FormReader.ReadAsync(http, ct)).Failed(out var malformed, out var form)) return malformed;
        if (form.Repeated("grant_type", "client_id", "client_secret", "client_assertion", "client_assertion_type", "code", "redirect_uri", "code_verifier", "refresh_token", "scope") is { } name)
            return OAuthError.InvalidRequest($"The parameter {name} is repeated.", Reasons.ParameterRepeated);
        if (form.HasUnreadable(LongestValue)) return OAuthError.InvalidRequest("A parameter is too long or has control characters.", Reasons.ParameterUnreadable);
        if (ClientCredentials.Read(http.Headers.Authorization, form).Failed(out var refusal, out var credentials)) return refusal;
        if ((form["grant_type"] ?? impliedGrantType) is not { } grantType) return OAuthError.InvalidRequest("The parameter grant_type is missing.", Reasons.GrantTypeMissing);
        return new TokenRequest(
            grantType, credentials, form["code"], form["redirect_uri"], form["code_verifier"],
            form["refresh_token"], form["scope"], http.Device(), http.HttpContext.Audit());
    }

    /// <summary>Holds secrets.</summary>
    public override string ToString() => $"{GrantType} by {Credentials}";
}
