using System.Security.Claims;
using Microsoft.AspNetCore.Antiforgery;
using OAuthServer.Accounts;
using OAuthServer.Accounts.Factors;
using OAuthServer.Audit;
using OAuthServer.Pages.Views;
using OAuthServer.Protocol;

namespace OAuthServer.Endpoints.Account.Factors;

/// <summary>
/// <c>/account/sign-in/factor</c>: asks whoever has typed the password for the second factor, and whoever has a
/// session of one factor when an app needs two.
/// </summary>
internal static class SecondStepEndpoint
{
    private const string Recovery = "recovery";

    private static readonly string[] Fields = ["returnUrl", "code", "with", "remember"];

    /// <returns>The route that checks codes.</returns>
    public static IEndpointConventionBuilder MapSecondStep(this IEndpointRouteBuilder routes)
    {
        routes.MapMethods(Routes.SecondStep, ["GET", "HEAD"], ShowAsync).WithName("second-step-page");
        return routes.MapPost(Routes.SecondStep, AnswerAsync).WithName("second-step");
    }

    private static async Task<IResult> ShowAsync(
        HttpContext http, AccountLinks links, FactorVisitors visitors, SecondStepAnswer answer, CancellationToken ct)
    {
        var target = links.ReturnTarget(http.Request);
        if (await visitors.FindAsync(http, ct) is not { } visitor) return await answer.NobodyAsync(http, target);
        ForgetUser(http);
        var view = new FactorView { ReturnUrl = target, IsRecovery = http.Request.Query["with"] == Recovery };
        return await answer.AskAsync(http, visitor, view, refusal: null);
    }

    private static async Task<IResult> AnswerAsync(
        HttpContext http,
        IAntiforgery antiforgery,
        FactorVisitors visitors,
        FactorCheck check,
        SecondStepAnswer answer,
        AccountLinks links)
    {
        var ct = http.RequestAborted;
        var form = await AccountForm.ReadAsync(http.Request, Fields, ct);
        var target = links.Internal(form?["returnUrl"]) ?? links.ReturnTarget(http.Request);
        if (form is null) return answer.Malformed(target);
        ForgetUser(http);
        if (!await antiforgery.IsRequestValidAsync(http)) return answer.Expired(target);
        if (await visitors.FindAsync(http, ct) is not { } visitor) return await answer.NobodyAsync(http, target);
        ForgetUser(http);
        var view = new FactorView
        {
            ReturnUrl = target,
            IsRecovery = form["with"] == Recovery,
            Remember = form["remember"] == "true",
        };
        if (!visitor.State.HasAny) return await answer.AskAsync(http, visitor, view, refusal: null);
        var typed = new TypedFactor(visitor.Account.Id, form["code"], view.IsRecovery);
        return await answer.WriteAsync(http, visitor, view, await check.CheckAsync(typed, http.Audit(), ct), ct);
    }

    // The form belongs to the browser, as that of the first step does: of ten tabs each still works.
    private static void ForgetUser(HttpContext http) => http.User = new ClaimsPrincipal(new ClaimsIdentity());
}
