using System.Security.Claims;
using Microsoft.AspNetCore.Antiforgery;
using OAuthServer.Accounts;
using OAuthServer.Accounts.Factors;
using OAuthServer.Accounts.Passkeys;
using OAuthServer.Pages;
using OAuthServer.Pages.Views;
using OAuthServer.Protocol;

namespace OAuthServer.Endpoints.Account.Passkeys;

/// <summary>
/// <c>/account/passkeys/sign-in</c>: signs in whoever's passkey answers, without a name and without a second step (Web
/// Authentication §7.2).
/// </summary>
internal static class PasskeySignInEndpoint
{
    private static readonly string[] Fields = ["returnUrl", "ticket", "credential", "keep"];

    /// <returns>The route that checks passkeys.</returns>
    public static IEndpointConventionBuilder MapPasskeySignIn(this IEndpointRouteBuilder routes) =>
        routes.MapPost(Routes.SignInByPasskey, AnswerAsync).WithName("passkey-sign-in");

    private static async Task<IResult> AnswerAsync(
        HttpContext http,
        IAntiforgery antiforgery,
        PasskeyService service,
        SecondStep step,
        SignInAnswer answer,
        AccountLinks links)
    {
        var ct = http.RequestAborted;
        // As the other forms of signing in: it belongs to the browser.
        http.User = new ClaimsPrincipal(new ClaimsIdentity());
        var form = await AccountForm.ReadAsync(http.Request, Fields, ct);
        var target = answer.TargetOf(http.Request, form);
        if (form is null) return answer.Malformed(target);
        if (!await antiforgery.IsRequestValidAsync(http)) return answer.Expired(target);
        var keep = form["keep"] == "true";
        var given = new PasskeyAnswer(form["ticket"], form["credential"]);
        var outcome = await service.SignInAsync(http, given, ct);
        if (outcome.Account is not { } account)
        {
            var typed = new SignInView(null, null, target, "", keep);
            return await answer.PasskeyRefusedAsync(http, typed, outcome.Reason!, ct);
        }

        await step.FinishAsync(http, account, keep, SignInMethods.Passkey);
        return new SeeOther(target ?? links.Account);
    }
}
