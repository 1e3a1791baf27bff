using Microsoft.AspNetCore.Cors.Infrastructure;
using Microsoft.Net.Http.Headers;

namespace OAuthServer.Hosting;

/// <summary>
/// Headers that every answer carries; over https also <c>Strict-Transport-Security</c> (RFC 6797 §7.1, RFC 9700 §2.6,
/// §4.2.4). They are written when the answer starts: an error answer begins with no headers.
/// </summary>
internal sealed class AnswerHeaders(RequestDelegate next)
{
    // For this host alone: what a company serves beside it is not ours to decide.
    private const string OneYear = "max-age=31536000";

    private static readonly Func<object, Task> Write = context =>
    {
        WriteTo((HttpContext)context);
        return Task.CompletedTask;
    };

    public Task InvokeAsync(HttpContext context)
    {
        context.Response.OnStarting(Write, context);
        return next(context);
    }

    private static void WriteTo(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers[CorrelationId.Header] = context.TraceIdentifier;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        if (context.Request.IsHttps) headers.StrictTransportSecurity = OneYear;
        // The framework says so to allowed origins alone, and a cache must not hand one origin's answer to another.
        if (VariesByOrigin(context) && !headers.Vary.Contains(HeaderNames.Origin))
            headers.Append(HeaderNames.Vary, HeaderNames.Origin);
    }

    private static bool VariesByOrigin(HttpContext context) =>
        context.GetEndpoint()?.Metadata.GetMetadata<IEnableCorsAttribute>()?.PolicyName == ClientOrigins.Registered;
}
