using System.Globalization;
using Microsoft.AspNetCore.Antiforgery;
using OAuthServer.Accounts;
using OAuthServer.Audit;
using OAuthServer.Clients;
using OAuthServer.Pages;
using OAuthServer.Pages.Views;
using OAuthServer.Protocol;
using OAuthServer.Storage;

namespace OAuthServer.Endpoints.Account;

/// <summary>
/// <c>/account/connections</c>: which apps have access, and taking it away (RFC 7009 §1, by the person).
/// </summary>
internal static class ConnectionsEndpoint
{
    private const int MaxClientIdLength = 256;

    private static readonly string[] Fields = ["client_id"];

    public static void MapConnections(this IEndpointRouteBuilder routes)
    {
        routes.MapMethods(Routes.Connections, ["GET", "HEAD"], ShowAsync).WithName("connections-page");
        routes.MapPost(Routes.Withdraw, WithdrawAsync).WithName("connections-withdraw");
    }

    private static async Task<IResult> ShowAsync(
        HttpContext http,
        AccountLinks links,
        PageAnswers pages,
        Consents consents,
        ResourceDirectory resources,
        CancellationToken ct)
    {
        if (await AccountSession.ReadAsync(http) is not { } account)
            return new SeeOther(links.SignIn(links.Connections));
        var (apis, language) = (await resources.ReadAsync(ct), Languages.Of(http));
        var rows = (await consents.ListAsync(account.Id, ct))
            .GroupBy(app => (app.ClientId, app.ClientName))
            .Select(app => new ConnectionView(
                app.Key.ClientId,
                app.Key.ClientName,
                [.. app.Select(connection => View(connection, apis.Find(connection.Resource), language))],
                app.Max(connection => connection.GrantedAt)))
            .OrderByDescending(app => app.GrantedAt);
        return pages.Connections(new ConnectionsView(account.Name, [.. rows], Notice(http.Request.Query["done"])));
    }

    private static async Task<IResult> WithdrawAsync(
        HttpContext http,
        AccountLinks links,
        PageAnswers pages,
        IAntiforgery antiforgery,
        Grants grants,
        CancellationToken ct)
    {
        if (await AccountForm.ReadAsync(http.Request, Fields, ct) is not { } form)
            return pages.Malformed(links.Connections);
        var account = await AccountSession.ReadAsync(http);
        if (account is null || !await antiforgery.IsRequestValidAsync(http))
            return pages.FormExpired(links.Connections);
        if (form["client_id"] is not { Length: > 0 and <= MaxClientIdLength } client)
            return pages.Malformed(links.Connections);
        await grants.WithdrawAsync(account.Id, client, http.Audit(), ct);
        return new SeeOther(links.Connections + "?done=withdrawn");
    }

    // An API that is gone has its identifier for a name, and scopes without words.
    private static ApiView View(Connection connection, Resource? api, CultureInfo language) => new(
        api?.NameIn(language) ?? connection.Resource,
        [.. connection.Scopes.Select(scope => new ScopeView(scope, api?.Describe(scope, language) ?? scope))],
        api?.IsPerson == true);

    private static Words? Notice(string? done) => done switch
    {
        "withdrawn" => new("Connections.Withdrawn"),
        "password" => new("Connections.PasswordChanged"),
        _ => null,
    };
}
