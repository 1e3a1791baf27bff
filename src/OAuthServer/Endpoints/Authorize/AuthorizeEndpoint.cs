using System.Text;
using OAuthServer.Accounts;
using OAuthServer.Audit;
using OAuthServer.Protocol;

namespace OAuthServer.Endpoints.Authorize;

/// <summary>The authorization endpoint (RFC 6749 §3.1), by GET and by form POST.</summary>
internal static class AuthorizeEndpoint
{
    public static IEnumerable<IEndpointConventionBuilder> MapAuthorize(this IEndpointRouteBuilder routes) =>
    [
        routes.MapGet(Routes.Authorize, GetAsync).WithName("authorize").WithMetadata(new SessionAskedLater()),
        routes.MapPost(Routes.Authorize, PostAsync).WithMetadata(new SessionAskedLater()),
        routes.MapGet(Routes.CancelAuthorize, CancelAsync),
        routes.MapPost(Routes.Consent, ConsentEndpoint.AnswerAsync).WithName("consent")
            .WithMetadata(new SessionAskedLater()),
    ];

    internal static Result<Parameters> ReadQuery(string query) =>
        Parameters.TryParse(Encoding.UTF8.GetBytes(query.TrimStart('?')), out var parameters)
            ? parameters
            : OAuthError.InvalidRequest("The query is not well encoded.", Reasons.QueryMalformed);

    private static Task<IResult> GetAsync(
        HttpContext http, AuthorizeService service, AuthorizeAnswer answer, CancellationToken ct) =>
        AnswerAsync(http, ReadQuery(http.Request), service, answer, ct);

    private static async Task<IResult> PostAsync(
        HttpContext http, AuthorizeService service, AuthorizeAnswer answer, CancellationToken ct) =>
        await AnswerAsync(http, await FormReader.ReadAsync(http.Request, ct), service, answer, ct);

    private static async Task<IResult> AnswerAsync(
        HttpContext http,
        Result<Parameters> read,
        AuthorizeService service,
        AuthorizeAnswer answer,
        CancellationToken ct)
    {
        if (read.Failed(out var malformed, out var parameters))
            return answer.Write(http, service.Note(malformed, http.Audit()), null);
        var person = await AccountSession.ReadAsync(http);
        return answer.Write(http, await service.AuthorizeAsync(parameters, person, http.Audit(), ct), person);
    }

    private static async Task<IResult> CancelAsync(
        HttpContext http, AuthorizeService service, AuthorizeAnswer answer, CancellationToken ct)
    {
        if (ReadQuery(http.Request).Failed(out var malformed, out var parameters))
            return answer.Write(http, service.Note(malformed, http.Audit()), null);
        return answer.Write(http, await service.CancelAsync(parameters, http.Audit(), ct), null);
    }

    private static Result<Parameters> ReadQuery(HttpRequest request) =>
        ReadQuery(request.QueryString.Value ?? string.Empty);
}
