using OAuthServer.Audit;

namespace OAuthServer.Endpoints.Token;

/// <summary>The token endpoint (RFC 6749 §3.2), and the refresh grant under an address of its own.</summary>
internal static class TokenEndpoint
{
    public static IEndpointConventionBuilder MapToken(this IEndpointRouteBuilder routes, TokenService service, ServerTelemetry telemetry) =>
        routes.MapPost("/oauth/token", http => AnswerAsync(http, service, telemetry, TokenRoute.Token)).WithName(TokenRoute.Token.Name);

    public static IEndpointConventionBuilder MapRefresh(this IEndpointRouteBuilder routes, TokenService service, ServerTelemetry telemetry) =>
        routes.MapPost("/oauth/refresh", http => AnswerAsync(http, service, telemetry, TokenRoute.Refresh)).WithName(TokenRoute.Refresh.Name);

    private static async Task AnswerAsync(HttpContext http, TokenService service, ServerTelemetry telemetry, TokenRoute route)
    {
        var answer = await DecideAsync(http, service, telemetry, route, http.RequestAborted);
        await answer.ExecuteAsync(http);
    }

    private static async Task<IResult> DecideAsync(HttpContext http, TokenService service, ServerTelemetry telemetry, TokenRoute route, CancellationToken ct)
    {
        if ((await TokenRequest.ParseAsync(http.Request, route.ImpliedGrantType, ct)).Failed(out var malformed, out var request)) return OAuthAnswer.Refuse(service.Note(route, malformed, http.Audit()));
        if ((await service.IssueAsync(request, route, ct)).Failed(out var refusal, out var tokens)) return OAuthAnswer.Refuse(refusal);
        telemetry.Granted(route.Name, request.GrantType);
        return OAuthAnswer.Grant(tokens);
    }
}
