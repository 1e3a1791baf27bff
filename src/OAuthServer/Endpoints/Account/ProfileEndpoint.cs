using Microsoft.AspNetCore.Antiforgery;
using OAuthServer.Accounts;
using OAuthServer.Pages;
using OAuthServer.Protocol;

namespace OAuthServer.Endpoints.Account;

/// <summary>
/// <c>/account/profile</c>: what apps may learn of the person (OpenID Connect Core §5.1), written by the person.
/// </summary>
internal static class ProfileEndpoint
{
    private static readonly string[] Fields = [.. ProfileFields.Columns];

    public static void MapProfile(this IEndpointRouteBuilder routes)
    {
        routes.MapMethods(Routes.Profile, ["GET", "HEAD"], ShowAsync).WithName("profile-page");
        routes.MapPost(Routes.Profile, AnswerAsync).WithName("profile");
    }

    private static async Task<IResult> ShowAsync(
        HttpContext http, AccountLinks links, ProfileAnswer answer, CancellationToken ct) =>
        await AccountSession.ReadAsync(http) is { } account
            ? await answer.AskAsync(account, isSaved: http.Request.Query["done"] == "saved", ct)
            : new SeeOther(links.SignIn(links.Profile));

    private static async Task<IResult> AnswerAsync(
        HttpContext http,
        AccountLinks links,
        IAntiforgery antiforgery,
        PageAnswers pages,
        ProfileAnswer answer,
        CancellationToken ct)
    {
        if (await AccountForm.ReadAsync(http.Request, Fields, ct) is not { } form)
            return pages.Malformed(links.Profile);
        if (await AccountSession.ReadAsync(http) is not { } account) return new SeeOther(links.SignIn(links.Profile));
        if (!await antiforgery.IsRequestValidAsync(http)) return pages.FormExpired(links.Profile);
        var typed = Fields.ToDictionary(column => column, column => form[column].Trim(), StringComparer.Ordinal);
        return await answer.SaveAsync(http, account, typed, ct);
    }
}
