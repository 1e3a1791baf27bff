using System.Text;
using Microsoft.AspNetCore.Antiforgery;
using OAuthServer.Accounts;
using OAuthServer.Accounts.Factors;
using OAuthServer.Audit;
using OAuthServer.Pages;
using OAuthServer.Pages.Views;
using OAuthServer.Protocol;
using OAuthServer.Storage;

namespace OAuthServer.Endpoints.Account;

/// <summary><c>/account/data</c>: what is kept of the person, as a JSON file, after a recent sign-in.</summary>
internal static class DataEndpoint
{
    private const string FileName = "account.json";

    public static void MapData(this IEndpointRouteBuilder routes)
    {
        routes.MapMethods(Routes.Data, ["GET", "HEAD"], ShowAsync).WithName("data-page");
        routes.MapPost(Routes.Data, AnswerAsync).WithName("data");
    }

    private static async Task<IResult> ShowAsync(
        HttpContext http,
        SelfServicePages pages,
        SelfService service,
        RecentSignIn recent,
        AccountLinks links,
        CancellationToken ct)
    {
        var here = pages.Local(Routes.Data);
        if (await AccountSession.ReadAsync(http) is not { } account) return new SeeOther(links.SignIn(here));
        if (await recent.AskAsync(account, here, ct) is { } first) return new SeeOther(first);
        return pages.Form<DataPage, DataView>(new DataView(account.Name, service.Deletion));
    }

    private static async Task<IResult> AnswerAsync(
        HttpContext http,
        IAntiforgery antiforgery,
        SelfServicePages pages,
        RecentSignIn recent,
        PersonData rows,
        AccountJournal journal)
    {
        var ct = http.RequestAborted;
        if (await AccountForm.ReadAsync(http.Request, [], ct) is null) return pages.Malformed(Routes.Data);
        var account = await AccountSession.ReadAsync(http);
        if (account is null || !await antiforgery.IsRequestValidAsync(http)) return pages.Expired(Routes.Data);
        if (await recent.AskAsync(account, pages.Local(Routes.Data), ct) is { } first) return new SeeOther(first);
        if (await rows.ExportAsync(account.Id, ct) is not { } json) return pages.Expired(Routes.Data);
        await journal.DataDownloadedAsync(account.Id, http.Audit(), ct);
        http.Response.Headers.CacheControl = "no-store";
        return Results.File(Encoding.UTF8.GetBytes(json), "application/json", FileName);
    }
}
