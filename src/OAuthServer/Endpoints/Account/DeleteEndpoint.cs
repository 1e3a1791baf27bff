using Microsoft.AspNetCore.Antiforgery;
using OAuthServer.Accounts;
using OAuthServer.Accounts.Factors;
using OAuthServer.Audit;
using OAuthServer.Pages;
using OAuthServer.Pages.Views;
using OAuthServer.Protocol;

namespace OAuthServer.Endpoints.Account;

/// <summary><c>/account/delete</c>: deletes the account, after a recent sign-in and a tick.</summary>
internal static class DeleteEndpoint
{
    private static readonly string[] Fields = ["sure"];

    public static void MapDelete(this IEndpointRouteBuilder routes)
    {
        routes.MapMethods(Routes.Delete, ["GET", "HEAD"], ShowAsync).WithName("delete-page");
        routes.MapPost(Routes.Delete, AnswerAsync).WithName("delete");
    }

    private static async Task<IResult> ShowAsync(
        HttpContext http,
        SelfServicePages pages,
        SelfService service,
        RecentSignIn recent,
        AccountLinks links,
        CancellationToken ct)
    {
        if (http.Request.Query["done"] == "deleted") return pages.Message("Deleted", Routes.SignIn, "ToSignIn", null);
        var here = pages.Local(Routes.Delete);
        if (await AccountSession.ReadAsync(http) is not { } account) return new SeeOther(links.SignIn(here));
        if (await recent.AskAsync(account, here, ct) is { } first) return new SeeOther(first);
        return pages.Form<DeletePage, DeleteView>(new DeleteView(account.Name, service.Download, Failed: false));
    }

    private static async Task<IResult> AnswerAsync(
        HttpContext http,
        IAntiforgery antiforgery,
        SelfServicePages pages,
        SelfService service,
        RecentSignIn recent,
        AccountDeletion deletion)
    {
        var ct = http.RequestAborted;
        if (await AccountForm.ReadAsync(http.Request, Fields, ct) is not { } form)
            return pages.Malformed(Routes.Delete);
        var account = await AccountSession.ReadAsync(http);
        if (account is null || !await antiforgery.IsRequestValidAsync(http)) return pages.Expired(Routes.Delete);
        if (await recent.AskAsync(account, pages.Local(Routes.Delete), ct) is { } first) return new SeeOther(first);
        if (form["sure"] != "true")
        {
            return pages.Form<DeletePage, DeleteView>(
                new DeleteView(account.Name, service.Download, Failed: true),
                OAuthError.InvalidRequest(string.Empty, Reasons.DeletionUnconfirmed));
        }

        await deletion.DeleteAsync(account, Languages.Of(http).Name, http.Audit());
        await AccountSession.ForgetAsync(http);
        return new SeeOther(pages.Local(Routes.Delete) + "?done=deleted");
    }
}
