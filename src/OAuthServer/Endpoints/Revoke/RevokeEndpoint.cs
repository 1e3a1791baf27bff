using OAuthServer.Audit;
using OAuthServer.Protocol;

namespace OAuthServer.Endpoints.Revoke;

/// <summary>The revocation endpoint (RFC 7009).</summary>
internal static class RevokeEndpoint
{
    public static IEndpointConventionBuilder MapRevoke(
        this IEndpointRouteBuilder routes, RevokeService service, OAuthAnswers answers, ServerTelemetry telemetry)
    {
        return routes.MapPost(Routes.Revoke, AnswerAsync).WithName("revoke");

        async Task AnswerAsync(HttpContext http)
        {
            var answer = await RevokeAsync(http, http.RequestAborted);
            await answer.ExecuteAsync(http);
        }

        async Task<IResult> RevokeAsync(HttpContext http, CancellationToken ct)
        {
            var read = await RevokeRequest.ParseAsync(http.Request, ct);
            if (read.Failed(out var malformed, out var request))
                return answers.Refuse(service.Note(malformed, http.Audit()));
            if (await service.RevokeAsync(request, ct) is { } refusal) return answers.Refuse(refusal);
            telemetry.Granted("revoke");
            return OAuthAnswers.Done();
        }
    }
}
