using OAuthServer.Http;
using OAuthServer.Telemetry;

namespace OAuthServer.Token;

/// <summary>The token endpoint (RFC 6749 §3.2), and the refresh grant under an address of its own.</summary>
internal static class TokenEndpoint
{
    public static IEndpointConventionBuilder MapToken(this IEndpointRouteBuilder routes) =>
        routes.MapPost("/oauth/token", (HttpRequest http, TokenService service, ServerTelemetry telemetry, CancellationToken ct) => AnswerAsync(http, service, telemetry, TokenRoute.Token, ct))
            .WithName(TokenRoute.Token.Name);

    public static IEndpointConventionBuilder MapRefresh(this IEndpointRouteBuilder routes) =>
        routes.MapPost("/oauth/refresh", (HttpRequest http, TokenService service, ServerTelemetry telemetry, CancellationToken ct) => AnswerAsync(http, service, telemetry, TokenRoute.Refresh, ct))
            .WithName(TokenRoute.Refresh.Name);

    private static async Task<IResult> AnswerAsync(HttpRequest http, TokenService service, ServerTelemetry telemetry, TokenRoute route, CancellationToken ct)
    {
        if ((await TokenRequest.ParseAsync(http, route.ImpliedGrantType, ct)).Failed(out var malformed, out var request)) return OAuthAnswer.Refuse(service.Note(route, malformed, http.HttpContext.Audit()));
        if ((await service.IssueAsync(request, route, ct)).Failed(out var refusal, out var tokens)) return OAuthAnswer.Refuse(refusal);
        telemetry.Granted(route.Name, request.GrantType);
        return OAuthAnswer.Grant(tokens);
    }
}
