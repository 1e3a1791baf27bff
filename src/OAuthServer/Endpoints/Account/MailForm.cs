using Microsoft.AspNetCore.Antiforgery;
using OAuthServer.Accounts.Mail;
using OAuthServer.Pages;
using OAuthServer.Protocol;
using OAuthServer.Storage;

namespace OAuthServer.Endpoints.Account;

/// <summary>
/// A form that asks for a mail: <c>/account/forgot</c> and <c>/account/register</c>. Every address gets the same
/// answer, and none is looked up for it.
/// </summary>
/// <param name="Name">As its texts begin.</param>
/// <param name="Route">Its address.</param>
/// <param name="Kind">The mail.</param>
internal sealed record MailForm(string Name, string Route, MailKind Kind)
{
    private const string Email = "email";
    private static readonly string[] Fields = [Email];

    public static MailForm Forgot { get; } = new("Forgot", Routes.Forgot, MailKind.PasswordReset);

    public static MailForm Register { get; } = new("Register", Routes.Register, MailKind.Registration);

    // In log lines and figures.
    private string EndpointName => Route[(Routes.Account.Length + 1)..];

    /// <returns>The route that sends mail.</returns>
    public IEndpointConventionBuilder Map(IEndpointRouteBuilder routes)
    {
        routes.MapMethods(Route, ["GET", "HEAD"], Show).WithName(EndpointName + "-page");
        return routes.MapPost(Route, AnswerAsync).WithName(EndpointName);
    }

    private IResult Show(HttpContext http, SelfServicePages pages) =>
        http.Request.Query["done"] == "sent" ? pages.Asked(Name) : pages.Ask(Name, Route, "", null);

    private async Task<IResult> AnswerAsync(
        HttpContext http, IAntiforgery antiforgery, AskedMails mails, SelfServicePages pages, CancellationToken ct)
    {
        if (await AccountForm.ReadAsync(http.Request, Fields, ct) is not { } form) return pages.Malformed(Route);
        if (!await antiforgery.IsRequestValidAsync(http)) return pages.Expired(Route);
        var language = Languages.Of(http).Name;
        return await mails.AskAsync(Kind, form[Email], accountId: null, language, ct) switch
        {
            AskOutcome.Queued => new SeeOther(pages.Local(Route) + "?done=sent"),
            AskOutcome.Full => pages.Full(http, Route),
            _ => pages.Ask(
                Name, Route, form[Email], OAuthError.InvalidRequest(string.Empty, Reasons.AddressUnreadable)),
        };
    }
}
