using Microsoft.AspNetCore.Antiforgery;
using Microsoft.Extensions.Options;
using OAuthServer.Accounts;
using OAuthServer.Accounts.Factors;
using OAuthServer.Audit;
using OAuthServer.Pages;
using OAuthServer.Pages.Views;
using OAuthServer.Protocol;
using OAuthServer.Settings;
using OAuthServer.Storage;

namespace OAuthServer.Endpoints.Account.Factors;

/// <summary>
/// <c>/account/factors</c>: which second factors there are, and taking them away. Each change asks for a recent
/// sign-in.
/// </summary>
internal static class FactorsEndpoint
{
    public static void MapFactors(this IEndpointRouteBuilder routes)
    {
        routes.MapMethods(Routes.Factors, ["GET", "HEAD"], ShowAsync).WithName("factors-page");
        routes.MapPost(Routes.RemoveFactorApp, RemoveAppAsync).WithName("factors-remove-app");
        routes.MapPost(Routes.RecoveryCodes, RenewCodesAsync).WithName("factors-recovery-codes");
        routes.MapPost(Routes.ForgetBrowsers, ForgetBrowsersAsync).WithName("factors-forget-browsers");
    }

    private static async Task<IResult> ShowAsync(
        HttpContext http,
        AccountLinks links,
        PageAnswers pages,
        AccountFactors factors,
        IOptions<SecondFactorOptions> options,
        CancellationToken ct)
    {
        if (await AccountSession.ReadAsync(http) is not { } account)
            return new SeeOther(links.SignIn(links.Factors));
        var state = await factors.FindAsync(account.Id, ct);
        return pages.Factors(View(account, state, options.Value, http.Request.Query["done"]));
    }

    private static Task<IResult> RemoveAppAsync(
        HttpContext http, FactorsForm form, AccountLinks links, FactorChanges changes)
    {
        return form.ActAsync(http, async (account, ct) =>
        {
            if (await changes.RemoveAppAsync(account.Id, http.Audit(), ct))
                return new SeeOther(links.Factors + "?done=removed");
            // It is gone already, or it has to stay; the page shows which.
            return new SeeOther(links.Factors + "?done=kept");
        });
    }

    private static Task<IResult> RenewCodesAsync(
        HttpContext http, FactorsForm form, AccountLinks links, FactorChanges changes, FactorsAnswer answer)
    {
        return form.ActAsync(http, async (account, ct) =>
            await changes.RenewCodesAsync(account.Id, http.Audit(), ct) is { } codes
                ? answer.ShowCodes(account.Name, codes, target: null)
                : new SeeOther(links.Factors));
    }

    private static Task<IResult> ForgetBrowsersAsync(
        HttpContext http, FactorsForm form, AccountLinks links, FactorChanges changes)
    {
        return form.ActAsync(http, async (account, ct) =>
        {
            await changes.ForgetBrowsersAsync(account.Id, http.Audit(), ct);
            return new SeeOther(links.Factors + "?done=forgotten");
        });
    }

    private static FactorsView View(
        SignedInAccount account, FactorState state, SecondFactorOptions options, string? done) => new(account.Name)
        {
            AppAddedAt = state.AppAddedAt,
            AppUsedAt = state.AppUsedAt,
            Passkeys = state.Passkeys,
            RecoveryCodesLeft = state.HasAny ? state.RecoveryCodesLeft : null,
            MayAdd = options.Enrollment,
            MayRemove = options.Required != SecondFactorRule.Everyone || state.Passkeys > 0,
            RemembersBrowsers = options.RememberBrowserFor > TimeSpan.Zero,
            Notice = done switch
            {
                "app" => new Words("Factors.DoneApp"),
                "removed" => new Words("Factors.DoneRemoved"),
                "kept" => new Words("Factors.DoneKept"),
                "forgotten" => new Words("Factors.DoneForgotten"),
                _ => null,
            },
        };
}

/// <summary>What somebody who signed in lately sent from the page of factors.</summary>
internal sealed class FactorsForm(
    AccountLinks links, ServerAddress address, PageAnswers pages, IAntiforgery antiforgery, RecentSignIn recent)
{
    /// <summary>Of a form without fields, on the page of factors.</summary>
    public Task<IResult> ActAsync(HttpContext http, Func<SignedInAccount, CancellationToken, Task<IResult>> act) =>
        ActAsync(http, [], Routes.Factors, (account, _, ct) => act(account, ct));

    /// <summary>Of a form with these fields, on the page of this route.</summary>
    public async Task<IResult> ActAsync(
        HttpContext http,
        string[] fields,
        string route,
        Func<SignedInAccount, AccountForm, CancellationToken, Task<IResult>> act)
    {
        var ct = http.RequestAborted;
        var page = address.Local(route);
        if (await AccountForm.ReadAsync(http.Request, fields, ct) is not { } form) return pages.Malformed(page);
        if (await AccountSession.ReadAsync(http) is not { } account) return new SeeOther(links.SignIn(page));
        if (!await antiforgery.IsRequestValidAsync(http)) return pages.FormExpired(page);
        return await recent.AskAsync(account, page, ct) is { } first
            ? new SeeOther(first)
            : await act(account, form, ct);
    }
}
