using Microsoft.AspNetCore.Cors.Infrastructure;
using OAuthServer.Clients;

namespace OAuthServer.Hosting;

/// <summary>
/// Which origins may read answers in a browser: any those of a public document, and those of registered clients what
/// the form endpoints say. Origins are compared byte for byte (RFC 6454 §6.2); credentials are never allowed.
/// </summary>
internal sealed class ClientOrigins(ClientDirectory clients) : ICorsPolicyProvider
{
    /// <summary>The policy of endpoints for origins of registered clients: token, refresh, revocation.</summary>
    public const string Registered = "registered";

    /// <summary>The policy of public documents: metadata, JWK Set, revoked tokens.</summary>
    public const string Any = "any";

    private static readonly string[] Exposed =
    [
        "WWW-Authenticate", "Retry-After", "RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset", "DPoP-Nonce",
        CorrelationId.Header,
    ];

    private readonly CorsPolicy _any = Policy(HttpMethods.Get).AllowAnyOrigin().Build();
    private readonly CorsPolicy _registered = Policy(HttpMethods.Post).SetIsOriginAllowed(_ => true).Build();

    // Null would hand a preflight on to the endpoint.
    private readonly CorsPolicy _refused = new();

    /// <summary>Null for an endpoint that asks for no policy.</summary>
    public async Task<CorsPolicy?> GetPolicyAsync(HttpContext context, string? policyName) => policyName switch
    {
        Registered => await IsRegisteredAsync(context) ? _registered : _refused,
        Any => _any,
        _ => null,
    };

    private static CorsPolicyBuilder Policy(string method) => new CorsPolicyBuilder()
        .WithMethods(method)
        .WithHeaders("authorization", "content-type", "dpop")
        .WithExposedHeaders(Exposed)
        .SetPreflightMaxAge(TimeSpan.FromMinutes(10));

    // "null" is the origin of every sandboxed page, so nobody's.
    private async ValueTask<bool> IsRegisteredAsync(HttpContext context) =>
        context.Request.Headers.Origin is [{ Length: > 0 } origin] && origin != "null"
        && await clients.IsRegisteredOriginAsync(origin, context.RequestAborted);
}
