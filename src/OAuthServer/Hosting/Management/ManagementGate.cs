using System.Net;
using Microsoft.Extensions.Options;
using OAuthServer.Endpoints.Admin;
using OAuthServer.Protocol;
using OAuthServer.Settings;

namespace OAuthServer.Hosting.Management;

/// <summary>
/// Who may talk to the management port at all: under a name of its own, so that no page reaches it by a name that was
/// bent to this address, and from no page of another origin. The admin API takes no token over plain http, except from
/// this machine (RFC 6750 §5.3).
/// </summary>
internal sealed class ManagementGate
{
    private static readonly OAuthError UnknownHost = OAuthError.InvalidRequest(
        "The management port has no such name: list it under Management:Hosts.", Reasons.ManagementHostUnknown, 421);

    private static readonly OAuthError ForeignOrigin = new(
        "access_denied", "No page of another origin may call this.", Reasons.ManagementOriginForeign, 403);

    private static readonly OAuthError PlainHttp = OAuthError.InvalidRequest(
        "The admin API answers over https, and over http on this machine alone.", Reasons.HttpsRequired);

    private readonly RequestDelegate _next;
    private readonly AdminAnswers _answers;
    private readonly HashSet<string> _hosts;

    public ManagementGate(RequestDelegate next, AdminAnswers answers, IOptions<ManagementOptions> options)
    {
        (_next, _answers) = (next, answers);
        var own = BindingAddress.Parse(options.Value.Url!).Host;
        _hosts = new(["localhost", "127.0.0.1", "[::1]", .. options.Value.Hosts], StringComparer.OrdinalIgnoreCase);
        if (own is not ("*" or "+" or "0.0.0.0" or "[::]")) _hosts.Add(own);
    }

    public Task InvokeAsync(HttpContext http) =>
        Fault(http) is { } fault ? _answers.RefuseAsync(http, fault, null) : _next(http);

    // Pages that send no referrer send their forms with the origin null; whose page it was, a browser says besides, and
    // no page can (Fetch Metadata Request Headers §2.3).
    private static bool IsOwnOrigin(HttpRequest request) =>
        request.Headers.Origin.Count == 0
        || request.Headers.Origin == $"{request.Scheme}://{request.Host.Value}"
        || (request.Headers.Origin == "null" && request.Headers["Sec-Fetch-Site"] == "same-origin");

    private static bool IsLocal(IPAddress? peer) => peer is null || IPAddress.IsLoopback(peer);

    private OAuthError? Fault(HttpContext http)
    {
        var request = http.Request;
        if (Routes.IsProbe(request.Path)) return null;
        if (!_hosts.Contains(request.Host.Host)) return UnknownHost;
        if (!IsOwnOrigin(request)) return ForeignOrigin;
        return request.Path.StartsWithSegments(Routes.Metrics) || request.IsHttps
            || IsLocal(http.Connection.RemoteIpAddress)
                ? null
                : PlainHttp;
    }
}
