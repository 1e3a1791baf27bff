using OAuthServer.Accounts;
using OAuthServer.Accounts.External;
using OAuthServer.Audit;
using OAuthServer.Endpoints.Account.Factors;
using OAuthServer.Pages;
using OAuthServer.Protocol;

namespace OAuthServer.Endpoints.Account.External;

/// <summary>
/// <c>/account/logins</c>: the other providers that the account is linked to, linking one and taking one away. Each
/// change asks for a recent sign-in.
/// </summary>
internal static class LoginsEndpoint
{
    private static readonly string[] AddFields = ["provider"];
    private static readonly string[] RemoveFields = ["issuer"];

    /// <returns>The route that leads to a provider.</returns>
    public static IEndpointConventionBuilder MapLogins(this IEndpointRouteBuilder routes)
    {
        routes.MapMethods(Routes.Logins, ["GET", "HEAD"], ShowAsync).WithName("logins-page");
        routes.MapPost(Routes.RemoveLogin, RemoveAsync).WithName("logins-remove");
        return routes.MapPost(Routes.AddLogin, AddAsync).WithName("logins-add");
    }

    private static async Task<IResult> ShowAsync(HttpContext http, AccountLinks links, LoginsAnswer answer)
    {
        if (await AccountSession.ReadAsync(http) is not { } account)
            return new SeeOther(links.SignIn(links.Logins));
        return await answer.ShowAsync(http, account, Notice(http.Request.Query["done"]), fault: null, refusal: null);
    }

    private static Task<IResult> AddAsync(
        HttpContext http,
        FactorsForm form,
        ExternalProviders providers,
        Upstream upstream,
        LoginsAnswer answer,
        TimeProvider clock)
    {
        return form.ActAsync(http, AddFields, Routes.Logins, async (account, fields, _) =>
        {
            if (providers.Find(fields["provider"]) is not { } provider)
                return await answer.RefusedAsync(http, account, new Words("Logins.NotAdded"));
            var visit = new ExternalVisit(provider.Name, null, account.Id, AsksAnew: false, clock.GetUtcNow());
            return await upstream.GoAsync(http, provider, visit)
                ? Results.Empty
                : await answer.AwayAsync(http, account, provider);
        });
    }

    private static Task<IResult> RemoveAsync(
        HttpContext http, FactorsForm form, LoginRemoval removal, LoginsAnswer answer, AccountLinks links)
    {
        return form.ActAsync(http, RemoveFields, Routes.Logins, async (account, fields, ct) =>
            await removal.RemoveAsync(account.Id, fields["issuer"], http.Audit(), ct)
                ? new SeeOther(links.Logins + "?done=removed")
                : await answer.RefusedAsync(http, account, new Words("Logins.NotRemoved")));
    }

    private static Words? Notice(string? done) => done switch
    {
        "added" => new Words("Logins.DoneAdded"),
        "removed" => new Words("Logins.DoneRemoved"),
        _ => null,
    };
}
