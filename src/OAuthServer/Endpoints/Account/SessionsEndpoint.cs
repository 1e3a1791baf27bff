using Microsoft.AspNetCore.Antiforgery;
using OAuthServer.Accounts;
using OAuthServer.Pages;
using OAuthServer.Pages.Views;
using OAuthServer.Protocol;
using OAuthServer.Storage;

namespace OAuthServer.Endpoints.Account;

/// <summary>
/// <c>/account/sessions</c>: where the person is signed in, and ending one session, all others, or all access.
/// </summary>
internal static class SessionsEndpoint
{
    private static readonly string[] Fields = ["session"];

    public static void MapSessions(this IEndpointRouteBuilder routes)
    {
        routes.MapMethods(Routes.Sessions, ["GET", "HEAD"], ShowAsync).WithName("sessions-page");
        routes.MapPost(Routes.EndSession, EndAsync).WithName("sessions-end");
        routes.MapPost(Routes.EndOtherSessions, EndOthersAsync).WithName("sessions-end-others");
        routes.MapPost(Routes.EndAllAccess, EndAllAccessAsync).WithName("sessions-end-all-access");
    }

    private static async Task<IResult> ShowAsync(
        HttpContext http, AccountLinks links, PageAnswers pages, Sessions sessions, CancellationToken ct)
    {
        if (await AccountSession.ReadAsync(http) is not { } account)
            return new SeeOther(links.SignIn(links.Sessions));
        var live = (await sessions.ListAsync(account.Id, ct)).Select(session => View(session, account.SessionId))
            .OrderByDescending(session => session.IsThis).ThenByDescending(session => session.UsedAt);
        return pages.Sessions(new SessionsView(account.Name, [.. live], Notice(http.Request.Query["done"])));
    }

    private static Task<IResult> EndAsync(
        HttpContext http, AccountLinks links, PageAnswers pages, IAntiforgery antiforgery, SessionsService service)
    {
        return ActAsync(http, links, pages, antiforgery, async (form, account) =>
        {
            if (!Guid.TryParseExact(form["session"], "D", out var session)) return pages.Malformed(links.Sessions);
            if (session == account.SessionId)
            {
                await service.SignOutAsync(http, account);
                return new SeeOther(links.SignOut);
            }

            // One that is over, or somebody else's, ends nothing and is answered alike.
            await service.EndAsync(http, account, session);
            return new SeeOther(links.Sessions + "?done=ended");
        });
    }

    private static Task<IResult> EndOthersAsync(
        HttpContext http, AccountLinks links, PageAnswers pages, IAntiforgery antiforgery, SessionsService service)
    {
        return ActAsync(http, links, pages, antiforgery, async (_, account) =>
        {
            await service.EndOthersAsync(http, account);
            return new SeeOther(links.Sessions + "?done=others");
        });
    }

    private static Task<IResult> EndAllAccessAsync(
        HttpContext http, AccountLinks links, PageAnswers pages, IAntiforgery antiforgery, SessionsService service)
    {
        return ActAsync(http, links, pages, antiforgery, async (_, account) =>
        {
            await service.EndAllAccessAsync(http, account);
            return new SeeOther(links.SignOut + "?done=all-access");
        });
    }

    // What somebody who is signed in sent from a page of ours.
    private static async Task<IResult> ActAsync(
        HttpContext http,
        AccountLinks links,
        PageAnswers pages,
        IAntiforgery antiforgery,
        Func<AccountForm, SignedInAccount, Task<IResult>> act)
    {
        if (await AccountForm.ReadAsync(http.Request, Fields, http.RequestAborted) is not { } form)
            return pages.Malformed(links.Sessions);
        if (await AccountSession.ReadAsync(http) is not { } account)
            return new SeeOther(links.SignIn(links.Sessions));
        if (!await antiforgery.IsRequestValidAsync(http)) return pages.FormExpired(links.Sessions);
        return await act(form, account);
    }

    private static SessionView View(LiveSession session, Guid current) =>
        new(session.Id, session.Id == current, session.Device ?? BrowserName.Of(null))
        {
            Address = session.Address,
            BeganAt = session.BeganAt,
            UsedAt = session.UsedAt,
            Apps = session.Apps,
        };

    private static Words? Notice(string? done) => done switch
    {
        "ended" => new("Sessions.Ended"),
        "others" => new("Sessions.OthersEnded"),
        _ => null,
    };
}
