using OAuthServer.Http;

namespace OAuthServer.Token;

/// <summary>The token endpoint (RFC 6749 §3.2), and the refresh grant under an address of its own.</summary>
internal static class TokenEndpoint
{
    public static IEndpointConventionBuilder MapToken(this IEndpointRouteBuilder routes) =>
        routes.MapPost("/oauth/token", (HttpRequest http, TokenService service, CancellationToken ct) => AnswerAsync(http, service, TokenRoute.Token, ct))
            .WithName(TokenRoute.Token.Name);

    public static IEndpointConventionBuilder MapRefresh(this IEndpointRouteBuilder routes) =>
        routes.MapPost("/oauth/refresh", (HttpRequest http, TokenService service, CancellationToken ct) => AnswerAsync(http, service, TokenRoute.Refresh, ct))
            .WithName(TokenRoute.Refresh.Name);

    private static async Task<IResult> AnswerAsync(HttpRequest http, TokenService service, TokenRoute route, CancellationToken ct)
    {
        if ((await TokenRequest.ParseAsync(http, route.ImpliedGrantType, ct)).Failed(out var malformed, out var request)) return OAuthAnswer.Refuse(service.Note(route, malformed, http.HttpContext.Audit()));
        var result = await service.IssueAsync(request, route, ct);
        return result.Match(OAuthAnswer.Grant, OAuthAnswer.Refuse);
    }
}
