using System.Security.Claims;
using Microsoft.AspNetCore.Antiforgery;
using OAuthServer.Accounts;
using OAuthServer.Audit;
using OAuthServer.Pages;
using OAuthServer.Pages.Views;
using OAuthServer.Protocol;
using OAuthServer.RateLimits;

namespace OAuthServer.Endpoints.Account;

/// <summary>
/// <c>/account/sign-in</c>: asks for an account, then goes on to the return target. With a session the form is
/// skipped, unless <c>reauthenticate</c> asks for the password again, or for somebody else.
/// </summary>
internal static class SignInEndpoint
{
    private static readonly string[] Fields = ["returnUrl", "email", "password", "keep"];

    /// <returns>The route that checks passwords.</returns>
    public static IEndpointConventionBuilder MapSignIn(this IEndpointRouteBuilder routes)
    {
        routes.MapMethods(Routes.SignIn, ["GET", "HEAD"], ShowAsync).WithName("sign-in-page");
        return routes.MapPost(Routes.SignIn, AnswerAsync).WithName("sign-in");
    }

    private static async Task<IResult> ShowAsync(
        HttpContext http, AccountLinks links, SignInAnswer answer, CancellationToken ct)
    {
        var target = links.ReturnTarget(http.Request);
        var who = AccountLinks.Who(http.Request);
        var current = await AccountSession.ReadAsync(http);
        if (current is not null && who == SignInAs.Whoever) return new SeeOther(target ?? links.Account);
        ForgetUser(http);
        return await answer.AskFirstAsync(http, target, current, who, ct);
    }

    private static async Task<IResult> AnswerAsync(
        HttpContext http,
        IAntiforgery antiforgery,
        KnownDevices devices,
        SignInService service,
        SignInAnswer answer,
        CancellationToken ct)
    {
        ForgetUser(http);
        var form = await AccountForm.ReadAsync(http.Request, Fields, ct);
        var target = answer.TargetOf(http.Request, form);
        if (form is null) return answer.Malformed(target);
        if (!await antiforgery.IsRequestValidAsync(http)) return answer.Expired(target);
        var typed = new SignInView(null, null, target, form["email"].Trim(), form["keep"] == "true");
        var attempt = new SignInTry(typed.Email, form["password"], ClientAddress.Of(http), devices.Read(http));
        var outcome = await service.SignInAsync(attempt, http.Audit(), ct);
        return await answer.WriteAsync(http, outcome, typed, ct);
    }

    // The sign-in form belongs to the browser, not to an account: of ten tabs that show it, each still works after one
    // of them was used.
    private static void ForgetUser(HttpContext http) => http.User = new ClaimsPrincipal(new ClaimsIdentity());
}
