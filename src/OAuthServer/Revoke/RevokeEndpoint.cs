using OAuthServer.Http;

namespace OAuthServer.Revoke;

/// <summary>The revocation endpoint (RFC 7009).</summary>
internal static class RevokeEndpoint
{
    public static IEndpointConventionBuilder MapRevoke(this IEndpointRouteBuilder routes) =>
        routes.MapPost("/oauth/revoke", AnswerAsync).WithName("revoke");

    private static async Task<IResult> AnswerAsync(HttpRequest http, RevokeService service, CancellationToken ct)
    {
        if ((await RevokeRequest.ParseAsync(http, ct)).Failed(out var malformed, out var request)) return OAuthAnswer.Refuse(service.Note(malformed, http.HttpContext.Audit()));
        return await service.RevokeAsync(request, ct) is { } refusal ? OAuthAnswer.Refuse(refusal) : OAuthAnswer.Done();
    }
}
