using OAuthServer.Accounts;
using OAuthServer.Pages;
using OAuthServer.Protocol;

namespace OAuthServer.Endpoints.Account;

/// <summary><c>/account</c>: the page that leads to everything of the account.</summary>
internal static class AccountEndpoint
{
    public static void MapAccount(this IEndpointRouteBuilder routes) =>
        routes.MapMethods(Routes.Account, ["GET", "HEAD"], ShowAsync).WithName("account-page");

    private static async Task<IResult> ShowAsync(HttpContext http, AccountLinks links, PageAnswers pages) =>
        await AccountSession.ReadAsync(http) is { } account
            ? pages.Account(account.Name)
            : new SeeOther(links.SignIn(links.Account));
}
