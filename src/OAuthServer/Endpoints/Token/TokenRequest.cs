using OAuthServer.Audit;
using OAuthServer.Clients;
using OAuthServer.Clients.Assertions;
using OAuthServer.Protocol;

namespace OAuthServer.Endpoints.Token;

/// <summary>A token request as it came (RFC 6749 §4.1.3, §6), well formed but not yet believed.</summary>
internal sealed record TokenRequest
{
    /// <summary>No parameter of this endpoint is longer.</summary>
    public const int LongestValue = 4096;

    private static readonly string[] Known =
    [
        "grant_type", "client_id", "client_secret", "client_assertion", "client_assertion_type",
        "code", "redirect_uri", "code_verifier", "refresh_token", "scope",
    ];

    public required string GrantType { get; init; }

    public required ClientCredentials Credentials { get; init; }

    public string? Code { get; init; }

    public string? RedirectUri { get; init; }

    public string? CodeVerifier { get; init; }

    public string? RefreshToken { get; init; }

    public string? Scope { get; init; }

    /// <summary>As sent; the one parameter that may be repeated (RFC 8707 §2).</summary>
    public IReadOnlyList<string> Resources { get; init; } = [];

    /// <summary>When it was all there, as a timestamp of the server's clock.</summary>
    public required long Arrived { get; init; }

    public required DeviceTraits Device { get; init; }

    public required AuditContext Audit { get; init; }

    /// <summary>Parses the body; a parameter that occurs twice is refused (RFC 6749 §3.2).</summary>
    /// <param name="http">The request; its query is never looked at (RFC 6749 §2.3.1).</param>
    /// <param name="impliedGrantType">The grant type when none is sent; null for an address that needs one.</param>
    /// <param name="clock">What its arrival is told by.</param>
    /// <param name="ct">Ends the wait for the body.</param>
    public static async ValueTask<Result<TokenRequest>> ParseAsync(
        HttpRequest http, string? impliedGrantType, TimeProvider clock, CancellationToken ct)
    {
        if ((await FormReader.ReadAsync(http, ct)).Failed(out var malformed, out var form)) return malformed;
        if (form.Repeated(Known) is { } name)
            return OAuthError.InvalidRequest($"The parameter {name} is repeated.", Reasons.ParameterRepeated);
        if (form.HasUnreadable(LongestValue, ClientAssertion.Parameter)
            || form.IsUnreadable(ClientAssertion.Parameter, ClientAssertion.Longest))
        {
            return OAuthError.InvalidRequest(
                "A parameter is too long or has control characters.", Reasons.ParameterUnreadable);
        }

        var read = ClientCredentials.Read(http.Headers.Authorization, form);
        if (read.Failed(out var refusal, out var credentials)) return refusal;
        if ((form["grant_type"] ?? impliedGrantType) is not { } grantType)
            return OAuthError.InvalidRequest("The parameter grant_type is missing.", Reasons.GrantTypeMissing);
        return new TokenRequest
        {
            GrantType = grantType,
            Credentials = credentials,
            Code = form["code"],
            RedirectUri = form["redirect_uri"],
            CodeVerifier = form["code_verifier"],
            RefreshToken = form["refresh_token"],
            Scope = form["scope"],
            Resources = form.All("resource"),
            Arrived = clock.GetTimestamp(),
            Device = DeviceTraits.Of(http),
            Audit = http.HttpContext.Audit(),
        };
    }

    /// <summary>Holds secrets.</summary>
    public override string ToString() => $"{GrantType} by {Credentials}";
}
