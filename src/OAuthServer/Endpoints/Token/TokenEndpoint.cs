using OAuthServer.Audit;

namespace OAuthServer.Endpoints.Token;

/// <summary>The token endpoint (RFC 6749 §3.2), under each of its addresses.</summary>
internal static class TokenEndpoint
{
    public static IEndpointConventionBuilder MapToken(
        this IEndpointRouteBuilder routes,
        TokenRoute route,
        TokenService service,
        OAuthAnswers answers,
        ServerTelemetry telemetry,
        TimeProvider clock)
    {
        return routes.MapPost(route.Path, AnswerAsync).WithName(route.Name);

        async Task AnswerAsync(HttpContext http)
        {
            var answer = await IssueAsync(http, http.RequestAborted);
            await answer.ExecuteAsync(http);
        }

        async Task<IResult> IssueAsync(HttpContext http, CancellationToken ct)
        {
            var read = await TokenRequest.ParseAsync(http.Request, route.ImpliedGrantType, clock, ct);
            if (read.Failed(out var malformed, out var request))
                return answers.Refuse(service.Note(route, malformed, http.Audit()));
            var issued = await service.IssueAsync(request, route, ct);
            if (issued.Failed(out var refusal, out var tokens)) return answers.Refuse(refusal);
            telemetry.Granted(route.Name, request.GrantType);
            return OAuthAnswers.Grant(tokens);
        }
    }
}
