using Microsoft.AspNetCore.Antiforgery;
using OAuthServer.Accounts;
using OAuthServer.Audit;
using OAuthServer.Pages;
using OAuthServer.Protocol;

namespace OAuthServer.Endpoints.Account;

/// <summary>
/// <c>/account/email/confirm</c>: where a mailed link about an address leads, in a session of its account. Opening it
/// uses nothing.
/// </summary>
internal static class ConfirmEmailEndpoint
{
    private static readonly string[] Fields = ["token"];

    /// <returns>The route that uses links.</returns>
    public static IEndpointConventionBuilder MapConfirmEmail(this IEndpointRouteBuilder routes)
    {
        routes.MapMethods(Routes.ConfirmEmail, ["GET", "HEAD"], ShowAsync).WithName("email-confirm-page");
        return routes.MapPost(Routes.ConfirmEmail, AnswerAsync).WithName("email-confirm");
    }

    private static async Task<IResult> ShowAsync(
        HttpContext http, AddressPages pages, AddressChanges changes, AccountLinks links, CancellationToken ct)
    {
        var token = LinkForm.TokenOf(http.Request.Query["token"]);
        var here = $"{pages.Local(Routes.ConfirmEmail)}?token={Uri.EscapeDataString(token)}";
        if (await AccountSession.ReadAsync(http) is not { } account) return new SeeOther(links.SignIn(here));
        return await changes.FindAsync(token, account.Id, ct) is { } link
            ? pages.Confirm(account, token, link)
            : pages.LinkDead();
    }

    private static async Task<IResult> AnswerAsync(
        HttpContext http, IAntiforgery antiforgery, AddressPages pages, AddressChanges changes, CancellationToken ct)
    {
        if (await AccountForm.ReadAsync(http.Request, Fields, ct) is not { } form) return pages.Malformed();
        var account = await AccountSession.ReadAsync(http);
        if (account is null || !await antiforgery.IsRequestValidAsync(http)) return pages.Expired();
        return await changes.ConfirmAsync(form["token"], account.Id, http.Audit(), ct) switch
        {
            AddressOutcome.Confirmed => new SeeOther(pages.Local(Routes.Email) + "?done=confirmed"),
            AddressOutcome.Changed => new SeeOther(pages.Local(Routes.Email) + "?done=changed"),
            AddressOutcome.Taken => pages.Taken(),
            _ => pages.LinkDead(),
        };
    }
}
