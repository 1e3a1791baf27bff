using Microsoft.AspNetCore.Antiforgery;
using OAuthServer.Accounts;
using OAuthServer.Accounts.Factors;
using OAuthServer.Accounts.Mail;
using OAuthServer.Pages;
using OAuthServer.Protocol;
using OAuthServer.Storage;

namespace OAuthServer.Endpoints.Account;

/// <summary><c>/account/email</c>: the address of the account, its confirmation, and another one.</summary>
internal static class EmailEndpoint
{
    private static readonly string[] Fields = ["email"];

    /// <returns>The routes that send mail.</returns>
    public static IEnumerable<IEndpointConventionBuilder> MapEmail(this IEndpointRouteBuilder routes)
    {
        routes.MapMethods(Routes.Email, ["GET", "HEAD"], ShowAsync).WithName("email-page");
        return
        [
            routes.MapPost(Routes.Email, ChangeAsync).WithName("email"),
            routes.MapPost(Routes.SendConfirmation, SendAsync).WithName("email-send"),
        ];
    }

    private static async Task<IResult> ShowAsync(
        HttpContext http, AddressPages pages, RecentSignIn recent, AccountLinks links, CancellationToken ct)
    {
        var here = pages.Local(Routes.Email);
        if (await AccountSession.ReadAsync(http) is not { } account) return new SeeOther(links.SignIn(here));
        if (await recent.AskAsync(account, here, ct) is { } first) return new SeeOther(first);
        return await pages.ShowAsync(account, "", null, http.Request.Query["done"], ct);
    }

    private static async Task<IResult> ChangeAsync(
        HttpContext http, IAntiforgery antiforgery, AddressPages pages, RecentSignIn recent, AskedMails mails)
    {
        var ct = http.RequestAborted;
        if (await AccountForm.ReadAsync(http.Request, Fields, ct) is not { } form) return pages.Malformed();
        var account = await AccountSession.ReadAsync(http);
        if (account is null || !await antiforgery.IsRequestValidAsync(http)) return pages.Expired();
        if (await recent.AskAsync(account, pages.Local(Routes.Email), ct) is { } first) return new SeeOther(first);
        return await mails.AskAsync(MailKind.NewAddress, form["email"], account.Id, Languages.Of(http).Name, ct) switch
        {
            AskOutcome.Queued => new SeeOther(pages.Local(Routes.Email) + "?done=asked"),
            AskOutcome.Full => pages.Full(http),
            _ => await pages.ShowAsync(
                account,
                form["email"],
                OAuthError.InvalidRequest(string.Empty, Reasons.AddressUnreadable),
                null, ct),
        };
    }

    private static async Task<IResult> SendAsync(
        HttpContext http,
        IAntiforgery antiforgery,
        AddressPages pages,
        Storage.Accounts accounts,
        AskedMails mails)
    {
        var ct = http.RequestAborted;
        if (await AccountForm.ReadAsync(http.Request, [], ct) is null) return pages.Malformed();
        var account = await AccountSession.ReadAsync(http);
        if (account is null || !await antiforgery.IsRequestValidAsync(http)) return pages.Expired();
        var address = (await accounts.FindAsync(account.Id, ct))?.Email ?? "";
        var language = Languages.Of(http).Name;
        return await mails.AskAsync(MailKind.AddressConfirmation, address, account.Id, language, ct) == AskOutcome.Full
            ? pages.Full(http)
            : new SeeOther(pages.Local(Routes.Email) + "?done=sent");
    }
}
