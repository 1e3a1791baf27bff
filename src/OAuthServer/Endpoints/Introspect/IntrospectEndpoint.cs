using OAuthServer.Audit;
using OAuthServer.Protocol;

namespace OAuthServer.Endpoints.Introspect;

/// <summary>The introspection endpoint (RFC 7662 §2), with signed answers for who asks for them (RFC 9701).</summary>
internal static class IntrospectEndpoint
{
    public static IEndpointConventionBuilder MapIntrospect(
        this IEndpointRouteBuilder routes, IntrospectService service, OAuthAnswers answers, ServerTelemetry telemetry)
    {
        return routes.MapPost(Routes.Introspect, AnswerAsync).WithName(IntrospectService.Endpoint);

        async Task AnswerAsync(HttpContext http)
        {
            var answer = await IntrospectAsync(http, http.RequestAborted);
            await answer.ExecuteAsync(http);
        }

        async Task<IResult> IntrospectAsync(HttpContext http, CancellationToken ct)
        {
            http.Response.Headers.Vary = "Accept";
            var read = await IntrospectRequest.ParseAsync(http.Request, ct);
            if (read.Failed(out var malformed, out var request))
                return answers.Refuse(service.Note(malformed, http.Audit()));
            if ((await service.IntrospectAsync(request, ct)).Failed(out var refusal, out var said))
                return answers.Refuse(refusal);
            telemetry.Granted(IntrospectService.Endpoint);
            return said.Signed is { } jwt ? OAuthAnswers.Jwt(jwt) : OAuthAnswers.Introspected(said.Members);
        }
    }
}
