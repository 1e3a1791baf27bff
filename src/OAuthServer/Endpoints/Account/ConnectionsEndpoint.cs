using Microsoft.AspNetCore.Antiforgery;
using OAuthServer.Accounts;
using OAuthServer.Pages;
using OAuthServer.Pages.Views;
using OAuthServer.Storage;

namespace OAuthServer.Endpoints.Account;

/// <summary><c>/account/connections</c>: which apps have access, and taking it away (RFC 7009 §1 in the hands of the person).</summary>
internal static class ConnectionsEndpoint
{
    private const int MaxClientIdLength = 256;

    public static void MapConnections(this IEndpointRouteBuilder routes)
    {
        routes.MapMethods("/account/connections", ["GET", "HEAD"], ShowAsync).WithName("connections-page");
        routes.MapPost("/account/connections/withdraw", WithdrawAsync).WithName("connections-withdraw");
    }

    private static async Task<IResult> ShowAsync(HttpContext http, AccountLinks links, Consents consents, CancellationToken ct)
    {
        if (await AccountSession.ReadAsync(http) is not { } account) return new SeeOther(links.SignIn(links.Connections));
        var connections = await consents.ListAsync(account.Id, ct);
        var rows = connections
            .OrderByDescending(c => c.GrantedAt)
            .Select(c => new ConnectionView(c.ClientId, c.ClientName, c.Scopes, c.GrantedAt));
        return PageAnswer.Connections(new ConnectionsView(account.Name, [.. rows], Notice(http.Request.Query["done"])));
    }

    private static async Task<IResult> WithdrawAsync(
        HttpContext http, AccountLinks links, IAntiforgery antiforgery, Grants grants, CancellationToken ct)
    {
        if (await AccountForm.ReadAsync(http.Request, ct) is not { } form) return PageAnswer.Malformed(links.Connections);
        var account = await AccountSession.ReadAsync(http);
        if (account is null || !await antiforgery.IsRequestValidAsync(http)) return PageAnswer.FormExpired(links.Connections);
        if (form["client_id"] is not { Length: > 0 and <= MaxClientIdLength } client) return PageAnswer.Malformed(links.Connections);
        await grants.WithdrawAsync(account.Id, client, http.Audit(), ct);
        return new SeeOther(links.Connections + "?done=withdrawn");
    }

    private static string? Notice(string? done) => done switch
    {
        "withdrawn" => "Access removed. The app has to ask you before it can use your account again.",
        "password" => "Your password was changed. Other sessions end within minutes, and every app has to ask you again.",
        _ => null,
    };
}
