using Microsoft.AspNetCore.Antiforgery;
using OAuthServer.Accounts;
using OAuthServer.Accounts.External;
using OAuthServer.Pages;
using OAuthServer.Pages.Views;
using OAuthServer.Protocol;

namespace OAuthServer.Endpoints.Account;

/// <summary>
/// <c>/account/sign-out</c>: a question, then the end of the session, and a page that says so. Whoever has no session
/// is told the same.
/// </summary>
internal static class SignOutEndpoint
{
    public static void MapSignOut(this IEndpointRouteBuilder routes)
    {
        routes.MapMethods(Routes.SignOut, ["GET", "HEAD"], ShowAsync).WithName("sign-out-page");
        routes.MapPost(Routes.SignOut, AnswerAsync).WithName("sign-out");
    }

    private static async Task<IResult> ShowAsync(
        HttpContext http, AccountLinks links, PageAnswers pages, ExternalProviders providers)
    {
        if (await AccountSession.ReadAsync(http) is { } account) return pages.SignOut(new SignOutView(account.Name));
        return http.Request.Query["done"] == "all-access"
            ? pages.AccessEnded(links.SignIn())
            : pages.SignedOut(links.SignIn(), providers.Find(http.Request.Query["from"])?.DisplayName);
    }

    private static async Task<IResult> AnswerAsync(
        HttpContext http,
        AccountLinks links,
        PageAnswers pages,
        IAntiforgery antiforgery,
        SessionsService service)
    {
        if (await AccountSession.ReadAsync(http) is not { } account) return new SeeOther(links.SignOut);
        if (await AccountForm.ReadAsync(http.Request, [], http.RequestAborted) is null)
            return pages.Malformed(links.SignOut);
        if (!await antiforgery.IsRequestValidAsync(http)) return pages.FormExpired(links.SignOut);
        await service.SignOutAsync(http, account);
        return new SeeOther(links.SignedOut(account.Provider));
    }
}
