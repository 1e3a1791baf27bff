using System.Buffers;
using Microsoft.AspNetCore.Cors.Infrastructure;
using Microsoft.Net.Http.Headers;
using OAuthServer.Clients;
using OAuthServer.Protocol;
using OAuthServer.Settings;

namespace OAuthServer.Hosting;

/// <summary>
/// Which origins may read answers in a browser: any those of a public document, and those of registered clients what
/// the form endpoints say. Origins are compared byte for byte (RFC 6454 §6.2); credentials are never allowed.
/// </summary>
internal sealed class ClientOrigins(ClientDirectory clients, ServerAddress address) : ICorsPolicyProvider
{
    /// <summary>The policy of endpoints for origins of registered clients: token, refresh, revocation.</summary>
    public const string Registered = "registered";

    /// <summary>The policy of public documents: metadata, JWK Set, revoked tokens.</summary>
    public const string Any = "any";

    private const string WellKnown = "/.well-known";
    private const string FormEndpoints = "/oauth";
    private const int MostHeaders = 50;

    // What apps send by themselves, and what tracing and MCP libraries add to every request of a page.
    private static readonly string[] Sent =
    [
        "authorization", "content-type", "dpop", "traceparent", "tracestate", "baggage", "mcp-protocol-version",
    ];

    private static readonly SearchValues<char> Token = SearchValues.Create(
        "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");

    private static readonly string[] Exposed =
    [
        "WWW-Authenticate", "Retry-After", "RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset", "DPoP-Nonce",
        CorrelationId.Header,
    ];

    private readonly CorsPolicy _any = Policy(HttpMethods.Get).AllowAnyOrigin().Build();
    private readonly CorsPolicy _registered = Policy(HttpMethods.Post).SetIsOriginAllowed(_ => true).Build();

    // For 404 and 405, which do nothing: a script may send any method, to read what came of it.
    private readonly CorsPolicy _anyBare = Bare().AllowAnyOrigin().Build();
    private readonly CorsPolicy _registeredBare = Bare().SetIsOriginAllowed(_ => true).Build();

    // Null would hand a preflight on to the endpoint.
    private readonly CorsPolicy _refused = new();

    /// <summary>
    /// The name of the policy that answers a request; null for none. Where nothing is served at this address or by this
    /// method it is that of what stands beside it, so that a script sees the status. Authorize has none, whatever is
    /// asked of it (RFC 9700 §2.6).
    /// </summary>
    public static string? PolicyOf(HttpContext context, ServerAddress address)
    {
        var endpoint = context.GetEndpoint();
        if (endpoint?.Metadata.GetMetadata<IEnableCorsAttribute>() is { PolicyName: { } name }) return name;
        if (!IsBare(endpoint)) return null;
        var path = context.Request.Path;
        if (path.StartsWithSegments(WellKnown)) return Any;
        if (!path.StartsWithSegments(address.Path, out var local)) return null;
        if (local.StartsWithSegments(WellKnown)) return Any;
        if (local.StartsWithSegments(Routes.Authorize)) return null;
        return local.StartsWithSegments(FormEndpoints) ? Registered : null;
    }

    /// <summary>Null for an endpoint that asks for no policy.</summary>
    public async Task<CorsPolicy?> GetPolicyAsync(HttpContext context, string? policyName)
    {
        var isBare = policyName is null;
        return (policyName ?? PolicyOf(context, address)) switch
        {
            Registered when !await IsRegisteredAsync(context) => _refused,
            Registered => ForHeadersOf(context, isBare ? _registeredBare : _registered),
            Any => ForHeadersOf(context, isBare ? _anyBare : _any),
            _ => null,
        };
    }

    // No route, or one of another method: the framework's own answer, which has no metadata.
    private static bool IsBare(Endpoint? endpoint) => endpoint is null or { Metadata.Count: 0 };

    private static CorsPolicyBuilder Policy(string method) => new CorsPolicyBuilder()
        .WithMethods(method)
        .WithHeaders(Sent)
        .WithExposedHeaders(Exposed)
        .SetPreflightMaxAge(TimeSpan.FromMinutes(10));

    private static CorsPolicyBuilder Bare() => Policy(HttpMethods.Get).AllowAnyMethod();

    // A header that nobody reads does no harm, and a page cannot take out what its libraries add. A preflight asks.
    private static CorsPolicy ForHeadersOf(HttpContext context, CorsPolicy policy)
    {
        var asked = context.Request.Headers.GetCommaSeparatedValues(HeaderNames.AccessControlRequestHeaders);
        if (asked.Length is 0 or > MostHeaders) return policy;
        var more = asked.Except(policy.Headers, StringComparer.OrdinalIgnoreCase).Where(IsToken).ToArray();
        return more.Length == 0 ? policy : new CorsPolicyBuilder(policy).WithHeaders(more).Build();
    }

    private static bool IsToken(string name) => name.Length > 0 && !name.AsSpan().ContainsAnyExcept(Token);

    // "null" is the origin of every sandboxed page, so nobody's.
    private async ValueTask<bool> IsRegisteredAsync(HttpContext context) =>
        context.Request.Headers.Origin is [{ Length: > 0 } origin] && origin != "null"
        && await clients.IsRegisteredOriginAsync(origin, context.RequestAborted);
}
