using System.Buffers.Text;
using OAuthServer.Accounts;
using OAuthServer.Accounts.Passkeys;
using OAuthServer.Audit;
using OAuthServer.Endpoints.Account.Factors;
using OAuthServer.Pages;
using OAuthServer.Protocol;

namespace OAuthServer.Endpoints.Account.Passkeys;

/// <summary>
/// <c>/account/passkeys</c>: which passkeys there are, adding one and taking one away (Web Authentication §7.1). Each
/// change asks for a recent sign-in.
/// </summary>
internal static class PasskeysEndpoint
{
    private static readonly string[] Fields = ["ticket", "credential", "name"];
    private static readonly string[] RemoveFields = ["passkey"];

    /// <returns>The route that takes new passkeys.</returns>
    public static IEndpointConventionBuilder MapPasskeys(this IEndpointRouteBuilder routes)
    {
        routes.MapMethods(Routes.Passkeys, ["GET", "HEAD"], ShowAsync).WithName("passkeys-page");
        routes.MapPost(Routes.RemovePasskey, RemoveAsync).WithName("passkeys-remove");
        return routes.MapPost(Routes.Passkeys, AddAsync).WithName("passkeys");
    }

    private static async Task<IResult> ShowAsync(
        HttpContext http, AccountLinks links, PasskeysAnswer answer, CancellationToken ct)
    {
        if (await AccountSession.ReadAsync(http) is not { } account)
            return new SeeOther(links.SignIn(links.Passkeys));
        return await answer.ShowAsync(http, account, Notice(http.Request.Query["done"]), fault: null, ct);
    }

    private static Task<IResult> AddAsync(
        HttpContext http, FactorsForm form, PasskeyService service, PasskeysAnswer answer)
    {
        return form.ActAsync(http, Fields, Routes.Passkeys, async (account, fields, ct) =>
        {
            var given = new PasskeyAnswer(fields["ticket"], fields["credential"]);
            var outcome = await service.AddAsync(http, account, given, fields["name"], ct);
            return await answer.AddedAsync(http, account, outcome, ct);
        });
    }

    private static Task<IResult> RemoveAsync(
        HttpContext http, FactorsForm form, AccountLinks links, PasskeyRemoval removal, PasskeysAnswer answer)
    {
        return form.ActAsync(http, RemoveFields, Routes.Passkeys, async (account, fields, ct) =>
        {
            var id = fields["passkey"];
            if (Base64Url.IsValid(id)
                && await removal.RemoveAsync(account.Id, Base64Url.DecodeFromChars(id), http.Audit(), ct))
            {
                return new SeeOther(links.Passkeys + "?done=removed");
            }

            return await answer.ShowAsync(http, account, notice: null, new Words("Passkeys.NotRemoved"), ct);
        });
    }

    private static Words? Notice(string? done) => done switch
    {
        "added" => new Words("Passkeys.DoneAdded"),
        "removed" => new Words("Passkeys.DoneRemoved"),
        _ => null,
    };
}
