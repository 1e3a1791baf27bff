using OAuthServer.Audit;
using OAuthServer.Clients;
using OAuthServer.Clients.Assertions;
using OAuthServer.Protocol;
using OAuthServer.RateLimits;

namespace OAuthServer.Endpoints.Revoke;

/// <summary>
/// A revocation request (RFC 7009 §2.1). The hint is not read: it may be wrong, and the token itself tells its kind.
/// </summary>
internal sealed record RevokeRequest(ClientCredentials Credentials, string Token, AuditContext Audit)
{
    private const int LongestValue = 4096;

    // An access token of ours carries its scopes, so it can be longer than any other value.
    private const int LongestToken = 16 * 1024;

    private static readonly string[] Known =
        ["token", "token_type_hint", "client_id", "client_secret", "client_assertion", "client_assertion_type"];

    /// <summary>The budget of the address, when it is used up: only what is right is still done.</summary>
    public BudgetState? UsedUp { get; init; }

    /// <summary>Parses the body; <c>token</c> is required.</summary>
    public static async ValueTask<Result<RevokeRequest>> ParseAsync(HttpRequest http, CancellationToken ct)
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

        var read = ClientCredentials.Read(http.Headers.Authorization, form);
        if (read.Failed(out var refusal, out var credentials)) return refusal;
        if (form["token"] is not { } token)
            return OAuthError.InvalidRequest("The parameter token is missing.", Reasons.TokenMissing);
        return new RevokeRequest(credentials, token, http.HttpContext.Audit())
        {
            UsedUp = AddressBudgets.UsedUp(http.HttpContext),
        };
    }

    /// <summary>Holds a token.</summary>
    public override string ToString() => $"revocation by {Credentials}";
}
