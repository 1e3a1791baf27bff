using OAuthServer.Http;
using OAuthServer.Telemetry;

namespace OAuthServer.Revoke;

/// <summary>The revocation endpoint (RFC 7009).</summary>
internal static class RevokeEndpoint
{
    public static IEndpointConventionBuilder MapRevoke(this IEndpointRouteBuilder routes) =>
        routes.MapPost("/oauth/revoke", AnswerAsync).WithName("revoke");

    private static async Task<IResult> AnswerAsync(HttpRequest http, RevokeService service, ServerTelemetry telemetry, CancellationToken ct)
    {
        if ((await RevokeRequest.ParseAsync(http, ct)).Failed(out var malformed, out var request)) return OAuthAnswer.Refuse(service.Note(malformed, http.HttpContext.Audit()));
        if (await service.RevokeAsync(request, ct) is { } refusal) return OAuthAnswer.Refuse(refusal);
        telemetry.Granted("revoke");
        return OAuthAnswer.Done();
    }
}
