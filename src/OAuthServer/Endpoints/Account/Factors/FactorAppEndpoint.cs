using Microsoft.AspNetCore.Antiforgery;
using Microsoft.Extensions.Options;
using OAuthServer.Accounts;
using OAuthServer.Accounts.Factors;
using OAuthServer.Audit;
using OAuthServer.Pages;
using OAuthServer.Protocol;
using OAuthServer.Settings;

namespace OAuthServer.Endpoints.Account.Factors;

/// <summary>
/// <c>/account/factors/app</c>: sets up an authenticator app (RFC 6238). It is active after its first right code.
/// </summary>
internal static class FactorAppEndpoint
{
    private static readonly string[] Fields = ["returnUrl", "ticket", "code"];

    /// <returns>The route that checks codes.</returns>
    public static IEndpointConventionBuilder MapFactorApp(this IEndpointRouteBuilder routes)
    {
        routes.MapMethods(Routes.FactorApp, ["GET", "HEAD"], ShowAsync).WithName("factor-app-page");
        return routes.MapPost(Routes.FactorApp, AnswerAsync).WithName("factor-app");
    }

    private static async Task<IResult> ShowAsync(
        HttpContext http,
        AccountLinks links,
        FactorsAnswer answer,
        AuthenticatorEnrollment enrollment,
        IOptions<SecondFactorOptions> options,
        CancellationToken ct)
    {
        var target = links.ReturnTarget(http.Request);
        var (person, goTo) = await answer.FindAsync(http, target, ct);
        if (person is null) return new SeeOther(goTo!);
        return options.Value.Enrollment
            ? answer.SetUp(person, enrollment.Begin(person.Who.AccountId), target)
            : new SeeOther(links.Factors);
    }

    private static async Task<IResult> AnswerAsync(
        HttpContext http,
        AccountLinks links,
        PageAnswers pages,
        IAntiforgery antiforgery,
        FactorsAnswer answer,
        AuthenticatorEnrollment enrollment)
    {
        var ct = http.RequestAborted;
        var form = await AccountForm.ReadAsync(http.Request, Fields, ct);
        var target = links.Internal(form?["returnUrl"]) ?? links.ReturnTarget(http.Request);
        if (form is null) return pages.Malformed(links.SetUpApp(target));
        var (person, goTo) = await answer.FindAsync(http, target, ct);
        if (person is null) return new SeeOther(goTo!);
        if (!await antiforgery.IsRequestValidAsync(http)) return pages.FormExpired(links.SetUpApp(target));
        if (enrollment.Open(form["ticket"], person.Who.AccountId) is not { } ticket)
            return pages.FormExpired(links.SetUpApp(target));
        switch (await enrollment.FinishAsync(ticket, form["code"], person.Who, http.Audit(), ct))
        {
            case EnrollmentOutcome.Added added:
                return await answer.AddedAsync(http, person, added.Codes, target, ct);
            case EnrollmentOutcome.Wrong wrong:
                return answer.SetUp(person, ticket, target, OAuthError.InvalidRequest(string.Empty, wrong.Reason));
            default:
                return new SeeOther(links.Factors);
        }
    }
}
