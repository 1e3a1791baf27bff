namespace OAuthServer.Hosting;

/// <summary>Whether a client registered this origin, compared byte for byte (RFC 6454 §6.2 serialisation, no trailing slash).</summary>
internal delegate ValueTask<bool> IsRegisteredOrigin(string origin, CancellationToken cancellationToken);

/// <summary>Which origins may read an endpoint's answers: any, or those that clients registered; and by which method.</summary>
internal sealed record CorsRule(bool AnyOrigin, string Method);

/// <summary>
/// Cross-origin answers for browser apps: only on endpoints that ask for it, only for registered origins, never with
/// credentials. Own code, since the framework's CORS middleware cannot send <c>Vary: Origin</c> to an origin that it
/// refuses, and runs the endpoint on a preflight for which its policy provider has no policy.
/// </summary>
internal sealed class ClientCors(RequestDelegate next, IsRegisteredOrigin isRegistered)
{
    private const int MaxOriginLength = 512;
    private const string Exposed = "WWW-Authenticate, Retry-After, RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset, DPoP-Nonce, X-Correlation-Id";

    public Task InvokeAsync(HttpContext context)
    {
        var rule = context.GetEndpoint()?.Metadata.GetMetadata<CorsRule>();
        if (rule is null) return next(context);
        if (rule.AnyOrigin) return GoOnAsync(context, rule, "*");
        return context.Request.Headers.Origin is [{ Length: > 0 and <= MaxOriginLength } origin] && origin != "null"
            ? JudgeAsync(context, rule, origin)
            : GoOnAsync(context, rule, null);
    }

    private async Task JudgeAsync(HttpContext context, CorsRule rule, string origin) =>
        await GoOnAsync(context, rule, await isRegistered(origin, context.RequestAborted) ? origin : null);

    private Task GoOnAsync(HttpContext context, CorsRule rule, string? allowed)
    {
        var preflight = HttpMethods.IsOptions(context.Request.Method);
        WriteHeaders(context.Response.Headers, rule, allowed, preflight);
        if (!preflight) return next(context);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    }

    private static void WriteHeaders(IHeaderDictionary headers, CorsRule rule, string? allowed, bool preflight)
    {
        // Also on refusals: a cache must not hand one origin's answer to another.
        if (!rule.AnyOrigin) headers.Append("Vary", "Origin");
        if (allowed is null) return;
        headers.AccessControlAllowOrigin = allowed;
        headers.AccessControlExposeHeaders = Exposed;
        if (!preflight) return;
        headers.AccessControlAllowMethods = rule.Method;
        headers.AccessControlAllowHeaders = "authorization, content-type, dpop";
        headers.AccessControlMaxAge = "600";
    }
}

/// <summary>Uses and asks for cross-origin answers.</summary>
internal static class ClientCorsRegistration
{
    /// <summary>After routing, before authentication and budgets: a preflight has no credentials and is never counted.</summary>
    public static IApplicationBuilder UseClientCors(this IApplicationBuilder app) => app.UseMiddleware<ClientCors>();

    /// <summary>Answers to this POST endpoint may be read by origins that clients registered (token, refresh, revocation).</summary>
    public static T AllowClientOrigins<T>(this T endpoint)
        where T : IEndpointConventionBuilder => Allow(endpoint, new CorsRule(AnyOrigin: false, HttpMethods.Post));

    /// <summary>Answers to this GET endpoint are public and may be read by any origin (metadata, JWKS).</summary>
    public static T AllowAnyOrigin<T>(this T endpoint)
        where T : IEndpointConventionBuilder => Allow(endpoint, new CorsRule(AnyOrigin: true, HttpMethods.Get));

    private static T Allow<T>(T endpoint, CorsRule rule)
        where T : IEndpointConventionBuilder
    {
        endpoint.Add(builder => builder.Metadata.Add(rule));
        // Without this, routing answers a preflight 405 before any middleware could see which endpoint it is for.
        endpoint.Finally(builder =>
        {
            foreach (var methods in builder.Metadata.OfType<HttpMethodMetadata>()) methods.AcceptCorsPreflight = true;
        });
        return endpoint;
    }
}
