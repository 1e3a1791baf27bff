using Microsoft.Net.Http.Headers;
using OAuthServer.Settings;

namespace OAuthServer.Hosting;

/// <summary>
/// Headers that every answer carries; over https, if the issuer is at its default port, also
/// <c>Strict-Transport-Security</c> (RFC 6797 §7.1, RFC 9700 §2.6, §4.2.4). They are written when the answer starts: an
/// error answer begins with no headers.
/// </summary>
internal sealed class AnswerHeaders(RequestDelegate next, ServerAddress address)
{
    // For this host alone: what a company serves beside it is not ours to decide
    // (docs/decisions/027-any-host-is-answered.md).
    private const string OneYear = "max-age=31536000";

    private readonly Func<object, Task> _write = context =>
    {
        WriteTo((HttpContext)context, address);
        return Task.CompletedTask;
    };

    public Task InvokeAsync(HttpContext context)
    {
        context.Response.OnStarting(_write, context);
        return next(context);
    }

    private static void WriteTo(HttpContext context, ServerAddress address)
    {
        var headers = context.Response.Headers;
        headers[CorrelationId.Header] = context.TraceIdentifier;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        if (context.Request.IsHttps && address.OwnsItsHost) headers.StrictTransportSecurity = OneYear;
        // The framework says so to allowed origins alone, and a cache must not hand one origin's answer to another.
        if (ClientOrigins.PolicyOf(context, address) == ClientOrigins.Registered
            && !headers.Vary.Contains(HeaderNames.Origin))
        {
            headers.Append(HeaderNames.Vary, HeaderNames.Origin);
        }
    }
}
