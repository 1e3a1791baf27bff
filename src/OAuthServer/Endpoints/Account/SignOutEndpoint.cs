using Microsoft.AspNetCore.Antiforgery;
using OAuthServer.Accounts;
using OAuthServer.Audit;
using OAuthServer.Pages;
using OAuthServer.Pages.Views;

namespace OAuthServer.Endpoints.Account;

/// <summary><c>/account/sign-out</c>: a question, then the end of the session. Without one there is nothing to end.</summary>
internal static class SignOutEndpoint
{
    private const string Route = "/account/sign-out";

    public static void MapSignOut(this IEndpointRouteBuilder routes)
    {
        routes.MapMethods(Route, ["GET", "HEAD"], ShowAsync).WithName("sign-out-page");
        routes.MapPost(Route, AnswerAsync).WithName("sign-out");
    }

    private static async Task<IResult> ShowAsync(HttpContext http, AccountLinks links) =>
        await AccountSession.ReadAsync(http) is { } account ? PageAnswer.SignOut(new SignOutView(account.Name)) : new SeeOther(links.SignIn());

    private static async Task<IResult> AnswerAsync(HttpContext http, AccountLinks links, IAntiforgery antiforgery, AccountJournal journal, CancellationToken ct)
    {
        if (await AccountSession.ReadAsync(http) is not { } account) return new SeeOther(links.SignIn());
        if (await AccountForm.ReadAsync(http.Request, ct) is null) return PageAnswer.Malformed(links.SignOut);
        if (!await antiforgery.IsRequestValidAsync(http)) return PageAnswer.FormExpired(links.SignOut);
        await AccountSession.EndAsync(http);
        await journal.SignedOutAsync(account.Id, http.Audit(), ct);
        return new SeeOther(links.SignIn());
    }
}
