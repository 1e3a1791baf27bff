using Microsoft.AspNetCore.Antiforgery;
using OAuthServer.Accounts;
using OAuthServer.Audit;
using OAuthServer.Endpoints.Account.Factors;
using OAuthServer.Pages;
using OAuthServer.Protocol;

namespace OAuthServer.Endpoints.Account;

/// <summary><c>/account/password</c>: changes the password of the account that is signed in.</summary>
internal static class PasswordEndpoint
{
    private static readonly string[] Fields = ["current", "new", "repeat"];

    /// <returns>The route that checks passwords.</returns>
    public static IEndpointConventionBuilder MapPassword(this IEndpointRouteBuilder routes)
    {
        routes.MapMethods(Routes.Password, ["GET", "HEAD"], ShowAsync).WithName("password-page");
        routes.MapPost(Routes.RemovePassword, RemoveAsync).WithName("password-remove");
        return routes.MapPost(Routes.Password, AnswerAsync).WithName("password");
    }

    /// <summary>Leads from the well-known address to this page, without a look at the session.</summary>
    public static void MapChangePassword(this IEndpointRouteBuilder routes) => routes
        .MapMethods(Routes.ChangePassword, ["GET", "HEAD"], (AccountLinks links) => new SeeOther(links.Password))
        .WithName("change-password");

    private static async Task<IResult> ShowAsync(
        HttpContext http, AccountLinks links, PasswordAnswer answer, CancellationToken ct) =>
        await AccountSession.ReadAsync(http) is { } account
            ? await answer.AskAsync(account, ct)
            : new SeeOther(links.SignIn(links.Password));

    private static Task<IResult> RemoveAsync(HttpContext http, FactorsForm form, PasswordAnswer answer) =>
        form.ActAsync(http, [], Routes.Password, (account, _, ct) => answer.RemoveAsync(http, account, ct));

    private static async Task<IResult> AnswerAsync(
        HttpContext http,
        IAntiforgery antiforgery,
        PasswordService service,
        FirstPassword first,
        PasswordAnswer answer,
        CancellationToken ct)
    {
        if (await AccountForm.ReadAsync(http.Request, Fields, ct) is not { } form) return answer.Malformed();
        var account = await AccountSession.ReadAsync(http);
        if (account is null || !await antiforgery.IsRequestValidAsync(http)) return answer.Expired();
        var (chosen, audit) = (new PasswordChoice(form["new"], form["repeat"]), http.Audit());
        var outcome = await answer.HasPasswordAsync(account, ct)
            ? await service.ChangeAsync(account.Id, form["current"], chosen, audit, ct)
            : await first.SetAsync(account, chosen, answer.Page, audit, ct);
        return await answer.WriteAsync(http, outcome, account, ct);
    }
}
