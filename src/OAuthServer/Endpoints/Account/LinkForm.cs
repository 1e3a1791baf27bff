using Microsoft.AspNetCore.Antiforgery;
using OAuthServer.Accounts;
using OAuthServer.Audit;
using OAuthServer.Pages;
using OAuthServer.Protocol;
using OAuthServer.Storage;

namespace OAuthServer.Endpoints.Account;

/// <summary>
/// Where a mailed link leads that sets a password: <c>/account/reset</c>, and <c>/account/confirm</c> for a new
/// account. Opening it shows a form and uses nothing, since mail scanners open links too; the form counts once.
/// </summary>
/// <param name="Name">As the texts of its last page begin.</param>
/// <param name="Route">Its address.</param>
/// <param name="Kinds">The links that lead here.</param>
internal sealed record LinkForm(string Name, string Route, string[] Kinds)
{
    private const string Token = "token";
    private const int LongestToken = 64;
    private static readonly string[] Fields = [Token, "new", "repeat"];

    public static LinkForm Reset { get; } = new("Reset", Routes.Reset, MailedPasswords.Existing);

    public static LinkForm Confirm { get; } = new("Registration", Routes.Confirm, MailedPasswords.Registering);

    /// <summary>
    /// The token of a link as it was sent; empty for what can be none, so that no answer carries it on.
    /// </summary>
    public static string TokenOf(string? sent) => sent is { Length: <= LongestToken } ? sent : "";

    /// <summary>Holds no link.</summary>
    public override string ToString() => Route;

    // In log lines and figures.
    private string EndpointName => Route[(Routes.Account.Length + 1)..];

    /// <returns>The route that takes a password.</returns>
    public IEndpointConventionBuilder Map(IEndpointRouteBuilder routes)
    {
        routes.MapMethods(Route, ["GET", "HEAD"], ShowAsync).WithName(EndpointName + "-page");
        return routes.MapPost(Route, AnswerAsync).WithName(EndpointName);
    }

    private async Task<IResult> ShowAsync(
        HttpContext http, SelfServicePages pages, MailedPasswords passwords, CancellationToken ct)
    {
        if (http.Request.Query["done"] == "set") return pages.PasswordSet(Name);
        var token = TokenOf(http.Request.Query[Token]);
        return await passwords.FindAsync(token, Kinds, ct) is { } link
            ? pages.Choose(NameOf(link), Route, token, link.Address, null)
            : pages.LinkDead();
    }

    private async Task<IResult> AnswerAsync(
        HttpContext http,
        IAntiforgery antiforgery,
        SelfServicePages pages,
        MailedPasswords passwords,
        CancellationToken ct)
    {
        if (await AccountForm.ReadAsync(http.Request, Fields, ct) is not { } form)
            return pages.Malformed(Routes.SignIn);
        var token = TokenOf(form[Token]);
        var again = $"{Route}?{Token}={Uri.EscapeDataString(token)}";
        if (!await antiforgery.IsRequestValidAsync(http)) return pages.Expired(again);
        var chosen = new ChosenPassword(token, new PasswordChoice(form["new"], form["repeat"]));
        switch (await passwords.SetAsync(chosen, Kinds, http.Audit(), ct))
        {
            case ChosenOutcome.Set:
                return new SeeOther(pages.Local(Route) + "?done=set");
            case ChosenOutcome.Unsuitable refused when await passwords.FindAsync(token, Kinds, ct) is { } link:
                return pages.Choose(NameOf(link), Route, token, link.Address, refused.Fault);
            case ChosenOutcome.Busy:
                return pages.Busy(http, again);
            default:
                return pages.LinkDead();
        }
    }

    private static string NameOf(LiveLink link) => link.Kind switch
    {
        LinkKinds.Invitation => "Invitation",
        LinkKinds.Registration => "Registration",
        _ => "Reset",
    };
}
