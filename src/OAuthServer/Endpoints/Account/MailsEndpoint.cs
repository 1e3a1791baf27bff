using OAuthServer.Accounts.Mail;
using OAuthServer.Pages;
using OAuthServer.Pages.Views;
using OAuthServer.Protocol;

namespace OAuthServer.Endpoints.Account;

/// <summary>
/// <c>/account/mails</c>: the mails of a Development server that has no mail server. Nowhere else is it mapped.
/// </summary>
internal static class MailsEndpoint
{
    public static void MapMails(this IEndpointRouteBuilder routes) =>
        routes.MapMethods(Routes.Mails, ["GET", "HEAD"], Show).WithName("mails-page");

    private static IResult Show(ShownMails mails, SelfServicePages pages) => pages.Form<MailsPage, MailsView>(
        new MailsView([.. mails.All.Select(mail => new MailView(mail.To, mail.Subject, Paragraphs(mail.Text)))]));

    private static string[] Paragraphs(string text) => text.ReplaceLineEndings("\n")
        .Split("\n\n", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
