using OAuthServer.Http;
using OAuthServer.Telemetry;
using OAuthServer.Token.Grants;

namespace OAuthServer.Token;

/// <summary>The token endpoint (RFC 6749 §3.2), and the refresh grant under an address of its own.</summary>
internal static class TokenEndpoint
{
    public static IEndpointConventionBuilder MapToken(this IEndpointRouteBuilder routes) =>
        routes.MapPost("/oauth/token", (HttpRequest http, TokenService service, ServerTelemetry telemetry, CancellationToken ct) => AnswerAsync(http, service, telemetry, null, [], ct))
            .WithName("token");

    public static IEndpointConventionBuilder MapRefresh(this IEndpointRouteBuilder routes) =>
        routes.MapPost("/oauth/refresh", (HttpRequest http, TokenService service, ServerTelemetry telemetry, CancellationToken ct) => AnswerAsync(http, service, telemetry, GrantTypes.RefreshToken, [GrantTypes.RefreshToken], ct))
            .WithName("refresh");

    private static async Task<IResult> AnswerAsync(HttpRequest http, TokenService service, ServerTelemetry telemetry, string? impliedGrantType, string[] only, CancellationToken ct)
    {
        if ((await TokenRequest.ParseAsync(http, impliedGrantType, ct)).Failed(out var malformed, out var request)) return OAuthAnswer.Refuse(service.Note(malformed));
        if ((await service.IssueAsync(request, only, ct)).Failed(out var refusal, out var tokens)) return OAuthAnswer.Refuse(refusal);
        telemetry.Granted(only.Length == 0 ? "token" : "refresh", request.GrantType);
        return OAuthAnswer.Grant(tokens);
    }
}
