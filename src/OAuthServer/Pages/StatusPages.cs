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
    private const string Account = "Go to your account";

    /// <summary>The page of a status.</summary>
    public IResult Of(HttpContext http, OAuthError error) => error.Status switch
    {
        StatusCodes.Status404NotFound => pages.Message(error.Status, new MessageView(
            "This page does not exist",
            "The address may be mistyped, or the link that led you here is old.",
            Account,
            links.Connections)),
        StatusCodes.Status405MethodNotAllowed => pages.Message(error.Status, new MessageView(
            "This page cannot be opened like that",
            "It belongs to a form. Go back to where you came from, or start again from your account.",
            Account,
            links.Connections)),
        StatusCodes.Status429TooManyRequests => Wait(http, error),
        StatusCodes.Status503ServiceUnavailable => Away(http, error),
        >= StatusCodes.Status500InternalServerError => pages.Error(http, View(
            http, error, "This did not work", "The server could not answer. Please try again in a moment.")),
        _ => pages.Error(http, View(http, error, "This request cannot go on", error.Description)),
    };

    // The address of a page can be asked for again as it is; a form has to be sent again, which a reload does and no
    // link. The page before may be the answer to a form itself, so Back would lead nowhere.
    private PageResult Wait(HttpContext http, OAuthError error)
    {
        const string Title = "Please wait before you try again";
        const string Cause = "There were too many requests from your network.";
        var when = "in a few minutes";
        if (error is BudgetRefusal { Budget: var budget })
        {
            http.Response.Headers.WriteUsedUp(budget);
            when = Waiting.For(budget.Reset);
        }

        var isPage = HttpMethods.IsGet(http.Request.Method) || HttpMethods.IsHead(http.Request.Method);
        return pages.Message(error.Status, isPage
            ? new MessageView(Title, $"{Cause} Try again {when}.", "Try again", http.Request.GetEncodedPathAndQuery())
            : new MessageView(
                Title,
                $"{Cause} Nothing was changed. Try again {when}: reload this page then, to send the form once more.",
                Account,
                links.Connections));
    }

    private IResult Away(HttpContext http, OAuthError error)
    {
        http.Response.Headers.RetryAfter = RetryAfterSeconds;
        return pages.Error(http, View(
            http, error, "This did not work", "The server could not answer. Please try again in a moment."));
    }

    private static ErrorView View(HttpContext http, OAuthError error, string title, string explanation) =>
        new(error.Status, title, explanation, error.Code, http.TraceIdentifier);
}
