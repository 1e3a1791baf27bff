using System.Net;
using OAuthServer.Protocol;
using OAuthServer.Settings;

namespace OAuthServer.Hosting;

/// <summary>
/// Refuses plain http when the issuer is https (RFC 6749 §3.1, §3.2). Never a redirect: that would make a client
/// send its secret in the clear again and again without anybody noticing. Health probes come from inside and stay
/// reachable.
/// </summary>
internal sealed partial class HttpsOnly(
    RequestDelegate next, ServerAddress address, ErrorAnswers answers, ILogger<HttpsOnly> logger)
{
    /// <summary>The log events that tell why a request seemed to come as http.</summary>
    internal const int NotTrustedEvent = 7006;
    internal const int NoHeaderEvent = 7007;

    private const string Header = "X-Forwarded-Proto";

    private static readonly OAuthError PlainHttp = OAuthError.InvalidRequest(
        "This server answers over https only. If a proxy ends TLS, list it under ForwardedHeaders:KnownProxies.",
        Reasons.HttpsRequired);

    private int _warned;

    public Task InvokeAsync(HttpContext context)
    {
        if (!address.IsHttps || context.Request.IsHttps || Routes.IsProbe(context.Request.Path)) return next(context);
        if (Interlocked.Exchange(ref _warned, 1) == 0) Warn(context);
        return answers.WriteAsync(context, PlainHttp);
    }

    // What the framework believed it takes out of the header; what is still there came from nobody whom we trust.
    private void Warn(HttpContext context)
    {
        var peer = context.Connection.RemoteIpAddress;
        if (context.Request.Headers.ContainsKey(Header)) LogNotTrusted(address.Issuer, peer);
        else LogNoHeader(address.Issuer, peer);
    }

    [LoggerMessage(NotTrustedEvent, LogLevel.Warning,
        "A request came as http while the issuer is {Issuer}, and so was refused with 400 (said once). {Peer} sent "
        + "X-Forwarded-Proto and is no trusted proxy: if it is yours, list it under ForwardedHeaders:KnownProxies "
        + "or :KnownNetworks.")]
    private partial void LogNotTrusted(string issuer, IPAddress? peer);

    [LoggerMessage(NoHeaderEvent, LogLevel.Warning,
        "A request came as http while the issuer is {Issuer}, and so was refused with 400 (said once). {Peer} sent no "
        + "X-Forwarded-Proto: https. If a proxy ends TLS, let it send the header.")]
    private partial void LogNoHeader(string issuer, IPAddress? peer);
}
