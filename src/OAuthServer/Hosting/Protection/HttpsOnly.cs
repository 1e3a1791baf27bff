using OAuthServer.Diagnostics;
using OAuthServer.Http;
using OAuthServer.Protocol;

namespace OAuthServer.Hosting.Protection;

/// <summary>
/// Refuses plain http when the issuer is https (RFC 6749 §3.1, §3.2). Never a redirect: that would make a client send its
/// secret in the clear again and again without anybody noticing. Health probes come from inside and stay reachable.
/// </summary>
internal sealed class HttpsOnly(RequestDelegate next, string issuer, RefusalLog refusals)
{
    private static readonly OAuthError PlainHttp = OAuthError.InvalidRequest(
        "This server answers over https only. If a proxy ends TLS, list it under ForwardedHeaders:KnownProxies.", "https_required");

    private readonly bool _required = issuer.StartsWith("https://", StringComparison.OrdinalIgnoreCase);

    public Task InvokeAsync(HttpContext context)
    {
        if (!_required || context.Request.IsHttps || IsProbe(context.Request.Path)) return next(context);
        refusals.Note(context, PlainHttp);
        return ErrorAnswer.WriteAsync(context, PlainHttp.Status, PlainHttp.Code, PlainHttp.Description);
    }

    private static bool IsProbe(PathString path) => path.Value is "/health/live" or "/health/ready";
}
