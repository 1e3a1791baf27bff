namespace OAuthServer.Hosting;

/// <summary>Headers that every answer carries; over https also <c>Strict-Transport-Security</c> (RFC 6797 §7.1, RFC 9700 §2.6, §4.2.4).</summary>
internal sealed class SecurityHeaders(RequestDelegate next)
{
    private const string OneYear = "max-age=31536000; includeSubDomains";

    public Task InvokeAsync(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        if (context.Request.IsHttps) headers.StrictTransportSecurity = OneYear;
        return next(context);
    }
}
