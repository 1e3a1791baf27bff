using OAuthServer.Audit;

namespace OAuthServer.Endpoints.Revoke;

/// <summary>The revocation endpoint (RFC 7009).</summary>
internal static class RevokeEndpoint
{
    public static IEndpointConventionBuilder MapRevoke(this IEndpointRouteBuilder routes, RevokeService service, ServerTelemetry telemetry) =>
        routes.MapPost("/oauth/revoke", http => AnswerAsync(http, service, telemetry)).WithName("revoke");

    private static async Task AnswerAsync(HttpContext http, RevokeService service, ServerTelemetry telemetry)
    {
        var answer = await DecideAsync(http, service, telemetry, http.RequestAborted);
        await answer.ExecuteAsync(http);
    }

    private static async Task<IResult> DecideAsync(HttpContext http, RevokeService service, ServerTelemetry telemetry, CancellationToken ct)
    {
        if ((await RevokeRequest.ParseAsync(http.Request, ct)).Failed(out var malformed, out var request)) return OAuthAnswer.Refuse(service.Note(malformed, http.Audit()));
        if (await service.RevokeAsync(request, ct) is { } refusal) return OAuthAnswer.Refuse(refusal);
        telemetry.Granted("revoke");
        return OAuthAnswer.Done();
    }
}
