using Microsoft.AspNetCore.Antiforgery;
using OAuthServer.Accounts;
using OAuthServer.Pages;
using OAuthServer.Pages.Views;
using OAuthServer.Protocol;

namespace OAuthServer.Endpoints.Account;

/// <summary><c>/account/password</c>: changes the password of the account that is signed in.</summary>
internal static class PasswordEndpoint
{
    private const string Route = "/account/password";

    /// <returns>The route that checks passwords.</returns>
    public static IEndpointConventionBuilder MapPassword(this IEndpointRouteBuilder routes)
    {
        routes.MapMethods(Route, ["GET", "HEAD"], ShowAsync).WithName("password-page");
        return routes.MapPost(Route, AnswerAsync).WithName("password");
    }

    private static async Task<IResult> ShowAsync(HttpContext http, AccountLinks links) =>
        await AccountSession.ReadAsync(http) is { } account
            ? PageAnswer.Password(new PasswordView(account.Name, null))
            : new SeeOther(links.SignIn(links.Password));

    private static async Task<IResult> AnswerAsync(
        HttpContext http, AccountLinks links, IAntiforgery antiforgery, PasswordService service, AccountSession session, CancellationToken ct)
    {
        if (await AccountForm.ReadAsync(http.Request, ct) is not { } form) return PageAnswer.Malformed(links.Password);
        var account = await AccountSession.ReadAsync(http);
        if (account is null || !await antiforgery.IsRequestValidAsync(http)) return PageAnswer.FormExpired(links.Password);
        var change = await service.ChangeAsync(account.Id, form["current"], form["new"], form["repeat"], http.Audit(), ct);
        if (change.Busy) return PageAnswer.Busy(http, links.Password);
        if (change.Account is null) return PageAnswer.Password(new PasswordView(account.Name, change.Fault), OAuthError.InvalidRequest(string.Empty, change.Reason!));
        await session.StartAsync(http, change.Account, await AccountSession.IsKeptAsync(http));
        return new SeeOther(links.Connections + "?done=password");
    }
}
