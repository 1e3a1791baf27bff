using OAuthServer.Http;
using OAuthServer.Token.Grants;

namespace OAuthServer.Token;

/// <summary>The token endpoint (RFC 6749 §3.2), and the refresh grant under an address of its own.</summary>
internal static class TokenEndpoint
{
    public static IEndpointConventionBuilder MapToken(this IEndpointRouteBuilder routes) =>
        routes.MapPost("/oauth/token", (HttpRequest http, TokenService service, CancellationToken ct) => AnswerAsync(http, service, null, [], ct))
            .WithName("token");

    public static IEndpointConventionBuilder MapRefresh(this IEndpointRouteBuilder routes) =>
        routes.MapPost("/oauth/refresh", (HttpRequest http, TokenService service, CancellationToken ct) => AnswerAsync(http, service, GrantTypes.RefreshToken, [GrantTypes.RefreshToken], ct))
            .WithName("refresh");

    private static async Task<IResult> AnswerAsync(HttpRequest http, TokenService service, string? impliedGrantType, string[] only, CancellationToken ct)
    {
        if ((await TokenRequest.ParseAsync(http, impliedGrantType, ct)).Failed(out var malformed, out var request)) return OAuthAnswer.Refuse(service.Note(malformed));
        var result = await service.IssueAsync(request, only, ct);
        return result.Match(OAuthAnswer.Grant, OAuthAnswer.Refuse);
    }
}
