using OAuthServer.Audit;
using OAuthServer.Clients;
using OAuthServer.Clients.Assertions;
using OAuthServer.Protocol;

namespace OAuthServer.Endpoints.Push;

/// <summary>An authorization request as it was pushed (RFC 9126 §2.1), with the client's credentials apart.</summary>
internal sealed record PushRequest(ClientCredentials Credentials, Parameters Asked, AuditContext Audit)
{
    private const int LongestValue = 4096;

    private static readonly string[] OfCredentials =
        ["client_id", "client_secret", "client_assertion", "client_assertion_type"];

    /// <summary>Parses the body. What is asked is judged afterwards, by who knows authorization requests.</summary>
    public static async ValueTask<Result<PushRequest>> ParseAsync(HttpRequest http, CancellationToken ct)
    {
        if ((await FormReader.ReadAsync(http, ct)).Failed(out var malformed, out var form)) return malformed;
        if (form.Repeated(OfCredentials) is { } name)
            return OAuthError.InvalidRequest($"The parameter {name} is repeated.", Reasons.ParameterRepeated);
        if (form.HasUnreadable(LongestValue, ClientAssertion.Parameter)
            || form.IsUnreadable(ClientAssertion.Parameter, ClientAssertion.Longest))
        {
            return OAuthError.InvalidRequest(
                "A parameter is too long or has control characters.", Reasons.ParameterUnreadable);
        }

        if (ClientCredentials.Read(http.Headers.Authorization, form).Failed(out var refusal, out var credentials))
            return refusal;
        if (form["request_uri"] is not null)
        {
            return OAuthError.InvalidRequest(
                "A request_uri is what this endpoint answers with; it takes none.", Reasons.RequestUriPushed);
        }

        var asked = form.Without(OfCredentials).With("client_id", credentials.ClientId);
        return new PushRequest(credentials, asked, http.HttpContext.Audit());
    }

    /// <summary>Holds secrets.</summary>
    public override string ToString() => $"request pushed by {Credentials}";
}
