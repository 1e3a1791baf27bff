using OAuthServer.Clients;
using OAuthServer.Clients.Assertions;
using OAuthServer.Protocol;

namespace OAuthServer.Endpoints;

/// <summary>
/// A token that a client brings to have it ended or looked at (RFC 7009 §2.1, RFC 7662 §2.1). The hint is not read: it
/// may be wrong, and the token itself tells its kind.
/// </summary>
internal sealed record PresentedToken(ClientCredentials Credentials, string Token)
{
    private const int LongestValue = 4096;

    // An access token of ours carries its scopes, so it can be longer than any other value.
    private const int LongestToken = 16 * 1024;

    private static readonly string[] Known =
        ["token", "token_type_hint", "client_id", "client_secret", "client_assertion", "client_assertion_type"];

    /// <summary>Parses the body; <c>token</c> is required.</summary>
    public static async ValueTask<Result<PresentedToken>> ParseAsync(HttpRequest http, CancellationToken ct)
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
        return form["token"] is { } token
            ? new PresentedToken(credentials, token)
            : OAuthError.InvalidRequest("The parameter token is missing.", Reasons.TokenMissing);
    }

    /// <summary>Holds a token.</summary>
    public override string ToString() => $"token brought by {Credentials}";
}
