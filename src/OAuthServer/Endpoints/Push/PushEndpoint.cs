using OAuthServer.Audit;
using OAuthServer.Protocol;

namespace OAuthServer.Endpoints.Push;

/// <summary>The pushed authorization request endpoint (RFC 9126 §2).</summary>
internal static class PushEndpoint
{
    public static IEndpointConventionBuilder MapPush(
        this IEndpointRouteBuilder routes, PushService service, OAuthAnswers answers, ServerTelemetry telemetry)
    {
        return routes.MapPost(Routes.Push, AnswerAsync).WithName(PushService.Endpoint);

        async Task AnswerAsync(HttpContext http)
        {
            var answer = await PushAsync(http, http.RequestAborted);
            await answer.ExecuteAsync(http);
        }

        async Task<IResult> PushAsync(HttpContext http, CancellationToken ct)
        {
            var read = await PushRequest.ParseAsync(http.Request, ct);
            if (read.Failed(out var malformed, out var request))
                return answers.Refuse(service.Note(malformed, http.Audit()));
            if ((await service.PushAsync(request, ct)).Failed(out var refusal, out var pushed))
                return answers.Refuse(refusal);
            telemetry.Granted(PushService.Endpoint);
            return OAuthAnswers.Pushed(pushed.RequestUri, pushed.ExpiresIn);
        }
    }
}
