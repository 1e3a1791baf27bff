using OAuthServer.Audit;
using OAuthServer.Clients;
using OAuthServer.Clients.Assertions;
using OAuthServer.Protocol;

namespace OAuthServer.Endpoints.Introspect;

/// <summary>
/// Asks whether a token is still good (RFC 7662 §2.1). The hint is not read: it may be wrong, and the token itself tells
/// its kind.
/// </summary>
internal sealed record IntrospectRequest(ClientCredentials Credentials, string Token, AuditContext Audit)
{
    private const int LongestValue = 4096;

    // An access token of ours carries its scopes, so it can be longer than any other value.
    private const int LongestToken = 16 * 1024;

    private static readonly string[] Known =
        ["token", "token_type_hint", "client_id", "client_secret", "client_assertion", "client_assertion_type"];

    /// <summary>True to get the answer signed (RFC 9701 §4).</summary>
    public bool Signed { get; init; }

    /// <summary>Parses the body; <c>token</c> is required.</summary>
    public static async ValueTask<Result<IntrospectRequest>> ParseAsync(HttpRequest http, CancellationToken ct)
    {
        if ((await FormReader.ReadAsync(http, ct)).Failed(out var malformed, out var form)) return malformed;
        if (form.Repeated(Known) is { } name)
            return OAuthError.InvalidRequest($"The parameter {name} is repeated.", Reasons.ParameterRepeated);
        if (form.HasUnreadable(LongestValue, "token", ClientAssertion.Parameter)
            || form.IsUnreadable("token", LongestToken)
            || form.IsUnreadable(ClientAssertion.Parameter, ClientAssertion.Longest))
        {
            return OAuthError.InvalidRequest(
                "A parameter is too long or has control characters.", Reasons.ParameterUnreadable);
        }

        if (ClientCredentials.Read(http.Headers.Authorization, form).Failed(out var refusal, out var credentials))
            return refusal;
        if (form["token"] is not { } token)
            return OAuthError.InvalidRequest("The parameter token is missing.", Reasons.TokenMissing);
        return new IntrospectRequest(credentials, token, http.HttpContext.Audit())
        {
            Signed = http.PrefersIntrospectionJwt(),
        };
    }

    /// <summary>Holds a token.</summary>
    public override string ToString() => $"introspection by {Credentials}";
}
