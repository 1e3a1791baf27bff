using Microsoft.AspNetCore.Antiforgery;
using OAuthServer.Accounts;
using OAuthServer.Endpoints.Account;
using OAuthServer.Endpoints.Authorize;
using OAuthServer.Protocol;

namespace OAuthServer.Endpoints.Logout;

/// <summary>
/// The end session endpoint (OpenID Connect RP-Initiated Logout §2), by GET and by form POST, and the answer to its
/// question.
/// </summary>
internal static class LogoutEndpoint
{
    // What one request line has room for, with the rest of it.
    private const int LongestQuery = 6 * 1024;

    private static readonly string[] Known =
    [
        "id_token_hint", "logout_hint", "client_id", "post_logout_redirect_uri", "state", "ui_locales",
    ];

    private static readonly string[] Fields = ["client_id", "post_logout_redirect_uri", "state"];

    public static IEnumerable<IEndpointConventionBuilder> MapLogout(this IEndpointRouteBuilder routes) =>
    [
        routes.MapGet(Routes.Logout, GetAsync).WithName("logout"),
        routes.MapPost(Routes.Logout, PostAsync),
        routes.MapPost(Routes.ConfirmLogout, ConfirmAsync).WithName("logout-confirm"),
    ];

    private static async Task<IResult> GetAsync(
        HttpContext http, LogoutService service, LogoutAnswer answer, CancellationToken ct)
    {
        var read = AuthorizeEndpoint.ReadQuery(http.Request.QueryString.Value ?? string.Empty);
        if (Readable(read) is not { } asked) return answer.Malformed();
        var person = await AccountSession.ReadAsync(http);
        return await answer.WriteAsync(http, await service.DecideAsync(asked, person, ct), person, asked["state"]);
    }

    // A form on an app's page brings no cookie of ours (SameSite=Lax); the GET that it is led to does.
    private static async Task<IResult> PostAsync(
        HttpContext http, LogoutService service, LogoutAnswer answer, CancellationToken ct)
    {
        if (Readable(await FormReader.ReadAsync(http.Request, ct)) is not { } asked) return answer.Malformed();
        var person = await AccountSession.ReadAsync(http);
        if (person is null && asked.Only(Known).ToQuery() is { Length: <= LongestQuery } query)
            return answer.Again(http, query);
        return await answer.WriteAsync(http, await service.DecideAsync(asked, person, ct), person, asked["state"]);
    }

    private static async Task<IResult> ConfirmAsync(
        HttpContext http, IAntiforgery antiforgery, LogoutService service, LogoutAnswer answer, CancellationToken ct)
    {
        if (await AccountForm.ReadAsync(http.Request, Fields, ct) is not { } form) return answer.Malformed();
        var person = await AccountSession.ReadAsync(http);
        if (person is not null && !await antiforgery.IsRequestValidAsync(http)) return answer.Expired();
        var place = await service.FindPlaceAsync(
            form["client_id"], form["post_logout_redirect_uri"], form["state"], ct);
        return await answer.EndAsync(http, person, place);
    }

    private static Parameters? Readable(Result<Parameters> read)
    {
        if (read.Failed(out _, out var asked) || asked.Repeated(Known) is not null) return null;
        return asked.HasUnreadable(FormReader.LongestBody) ? null : asked;
    }
}
