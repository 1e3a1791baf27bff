using Microsoft.AspNetCore.Diagnostics;
using OAuthServer.Audit;
using OAuthServer.Endpoints;
using OAuthServer.Pages;
using OAuthServer.Pages.Views;
using OAuthServer.Protocol;
using OAuthServer.Settings;

namespace OAuthServer.Hosting;

/// <summary>
/// Answers what no endpoint answered: a page for a person, the endpoints' own JSON for a program (RFC 6749 §4.1.2.1,
/// §5.2). The answer says nothing of the cause; the log has it under the correlation id.
/// </summary>
internal sealed partial class ErrorAnswers(
    RefusalLog refusals, ServerAddress address, PageAnswers pages, OAuthAnswers json, ILogger<ErrorAnswers> logger)
{
    private const string RetryAfterSeconds = "5";
    private const string Explanation = "The server could not answer. Please try again in a moment.";

    private readonly PathString _root = new(address.Path);

    /// <summary>Notes and answers an exception that a handler has judged.</summary>
    public async Task WriteAsync(HttpContext http, OAuthError error)
    {
        // The framework took the route away; log, metrics and the headers of the answer name it.
        if (http.Features.Get<IExceptionHandlerFeature>() is { Endpoint: { } endpoint }) http.SetEndpoint(endpoint);
        refusals.Note(http, error);
        if (IsForPeople(http.Request) && await TryWritePageAsync(http, error)) return;
        await json.Refuse(error).ExecuteAsync(http);
    }

    private async Task<bool> TryWritePageAsync(HttpContext http, OAuthError error)
    {
        try
        {
            if (error.Status == StatusCodes.Status503ServiceUnavailable)
                http.Response.Headers.RetryAfter = RetryAfterSeconds;
            var view = new ErrorView(error.Status, "This did not work", Explanation, error.Code, http.TraceIdentifier);
            await pages.Error(http, view).ExecuteAsync(http);
            return true;
        }
        catch (Exception fault) when (!http.Response.HasStarted)
        {
            LogPageFailed(fault, http.TraceIdentifier);
            http.Response.Clear();
            return false;
        }
    }

    // Pages stand below the issuer's path.
    private bool IsForPeople(HttpRequest request) =>
        request.Path.StartsWithSegments(_root, out var local)
        && (local.StartsWithSegments(Routes.Authorize) || local.StartsWithSegments(Routes.Account))
        && request.PrefersHtml();

    [LoggerMessage(7010, LogLevel.Error, "The page of an error failed, answered JSON. Correlation id {CorrelationId}")]
    private partial void LogPageFailed(Exception exception, string correlationId);
}
