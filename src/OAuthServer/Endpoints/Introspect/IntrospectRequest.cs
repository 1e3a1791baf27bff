using OAuthServer.Audit;
using OAuthServer.Clients;
using OAuthServer.Protocol;

namespace OAuthServer.Endpoints.Introspect;

/// <summary>Asks whether a token is still good (RFC 7662 §2.1).</summary>
/// <param name="Credentials">Who asks.</param>
/// <param name="Token">About which token.</param>
/// <param name="Signed">True to get the answer signed (RFC 9701 §4).</param>
/// <param name="Audit">For the audit log.</param>
internal sealed record IntrospectRequest(ClientCredentials Credentials, string Token, bool Signed, AuditContext Audit)
{
    public static async ValueTask<Result<IntrospectRequest>> ParseAsync(HttpRequest http, CancellationToken ct)
    {
        if ((await PresentedToken.ParseAsync(http, ct)).Failed(out var refusal, out var presented)) return refusal;
        return new IntrospectRequest(
            presented.Credentials, presented.Token, http.PrefersIntrospectionJwt(), http.HttpContext.Audit());
    }

    /// <summary>Holds a token.</summary>
    public override string ToString() => $"introspection by {Credentials}";
}
