using System.Security.Claims;
using Microsoft.AspNetCore.Antiforgery;
using OAuthServer.Accounts;
using OAuthServer.Endpoints.Authorize;
using OAuthServer.Pages;
using OAuthServer.Pages.Views;
using OAuthServer.Protocol;
using OAuthServer.RateLimits;

namespace OAuthServer.Endpoints.Account;

/// <summary>
/// <c>/account/sign-in</c>: asks who is there, then goes on to the return target. With a session the form is skipped,
/// unless <c>reauthenticate=true</c> asks for the password again.
/// </summary>
internal static class SignInEndpoint
{
    private const string Route = "/account/sign-in";

    /// <returns>The route that checks passwords.</returns>
    public static IEndpointConventionBuilder MapSignIn(this IEndpointRouteBuilder routes)
    {
        routes.MapMethods(Route, ["GET", "HEAD"], ShowAsync).WithName("sign-in-page");
        return routes.MapPost(Route, AnswerAsync).WithName("sign-in");
    }

    private static async Task<IResult> ShowAsync(HttpContext http, AccountLinks links, SignInDescription description, CancellationToken ct)
    {
        var target = links.ReturnTarget(http.Request);
        var again = http.Request.Query["reauthenticate"] == "true";
        var current = await AccountSession.ReadAsync(http);
        if (current is not null && !again) return new SeeOther(target ?? links.Connections);
        ForgetUser(http);
        return await FormAsync(target, description, new SignInView(null, null, target, current?.Name ?? ""), null, ct);
    }

    private static async Task<IResult> AnswerAsync(
        HttpContext http, AccountLinks links, IAntiforgery antiforgery, SignInDescription description, SignInService service, AccountSession session, KnownDevices devices, CancellationToken ct)
    {
        ForgetUser(http);
        var form = await AccountForm.ReadAsync(http.Request, ct);
        var target = form is null ? links.ReturnTarget(http.Request) : links.Internal(form["returnUrl"]) ?? links.ReturnTarget(http.Request);
        if (form is null) return PageAnswer.Malformed(links.SignIn(target));
        if (!await antiforgery.IsRequestValidAsync(http)) return PageAnswer.FormExpired(links.SignIn(target));

        var email = form["email"].Trim();
        var keep = form["keep"] == "true";
        var attempt = new SignInTry(email, form["password"], ClientAddress.Of(http), devices.Read(http));
        var result = await service.SignInAsync(attempt, http.Audit(), ct);
        if (result.Outcome == SignInOutcome.Limited) return PageAnswer.TooManyTries(http, result.Budget, links.SignIn(target));
        if (result.Outcome == SignInOutcome.Busy) return PageAnswer.Busy(http, links.SignIn(target));
        if (result.Account is null)
        {
            var typed = email.Length <= SignInService.MaxLength ? email : "";
            return await FormAsync(target, description, new SignInView(null, null, target, typed, keep, Failed: true), Refusal(result.Reason!), ct);
        }
        await session.StartAsync(http, result.Account, keep);
        return new SeeOther(target ?? links.Connections);
    }

    private static async Task<IResult> FormAsync(string? target, SignInDescription description, SignInView view, OAuthError? refusal, CancellationToken ct)
    {
        var purpose = target is null ? null : await description.DescribeAsync(target, ct);
        return PageAnswer.SignIn(view with { ClientName = purpose?.ClientName, CancelUrl = purpose?.CancelUrl }, purpose?.FormActionSource, refusal);
    }

    private static OAuthError Refusal(string reason) => new("access_denied", "The person did not sign in.", reason);

    // The sign-in form belongs to the browser, not to an account: of ten tabs that show it, each still works after one
    // of them was used.
    private static void ForgetUser(HttpContext http) => http.User = new ClaimsPrincipal(new ClaimsIdentity());
}
