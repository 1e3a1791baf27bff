using Microsoft.AspNetCore.Http.Extensions;
using OAuthServer.Accounts;
using OAuthServer.Pages.Views;
using OAuthServer.Protocol;
using OAuthServer.RateLimits;

namespace OAuthServer.Pages;

/// <summary>
/// What a person reads where no endpoint answered: there is no such address, it is not opened like that, there were too
/// many requests, or the request could not be read or served. Whoever shows them has noted the refusal.
/// </summary>
internal sealed class StatusPages(PageAnswers pages, AccountLinks links)
{
    private const string RetryAfterSeconds = "5";

    private static readonly Words Account = new("Status.Account");

    /// <summary>The page of a status.</summary>
    public IResult Of(HttpContext http, OAuthError error) => error.Status switch
    {
        StatusCodes.Status404NotFound => pages.Message(error.Status, new MessageView(
            new("Status.MissingTitle"),
            new("Status.MissingText"),
            Account,
            links.Account)),
        StatusCodes.Status405MethodNotAllowed => pages.Message(error.Status, new MessageView(
            new("Status.NotLikeThatTitle"),
            new("Status.NotLikeThatText"),
            Account,
            links.Account)),
        StatusCodes.Status429TooManyRequests => Wait(http, error),
        StatusCodes.Status503ServiceUnavailable => Away(http, error),
        >= StatusCodes.Status500InternalServerError => pages.Error(http, Failed(http, error)),
        _ => pages.Error(http, new ErrorView(
            error.Status, new("Error.CannotGoOn"), error.Description, error.Code, http.TraceIdentifier)),
    };

    // The address of a page can be asked for again as it is; a form has to be sent again, which a reload does and no
    // link. The page before may be the answer to a form itself, so Back would lead nowhere.
    private PageResult Wait(HttpContext http, OAuthError error)
    {
        Words title = new("Message.WaitTitle");
        Words when = new("Waiting.FewMinutes");
        if (error is BudgetRefusal { Budget: var budget })
        {
            http.Response.Headers.WriteUsedUp(budget);
            when = Waiting.For(budget.Reset);
        }

        var isPage = HttpMethods.IsGet(http.Request.Method) || HttpMethods.IsHead(http.Request.Method);
        return pages.Message(error.Status, isPage
            ? new MessageView(
                title, new("Status.Requests", when), new("Message.TryAgain"), http.Request.GetEncodedPathAndQuery())
            : new MessageView(title, new("Status.RequestsForm", when), Account, links.Account));
    }

    private IResult Away(HttpContext http, OAuthError error)
    {
        http.Response.Headers.RetryAfter = RetryAfterSeconds;
        return pages.Error(http, Failed(http, error));
    }

    private static ErrorView Failed(HttpContext http, OAuthError error) =>
        new(error.Status, new("Error.DidNotWork"), "", error.Code, http.TraceIdentifier)
        {
            Explanation = new("Error.ServerText"),
        };
}
