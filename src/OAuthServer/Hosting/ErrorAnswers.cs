using Microsoft.AspNetCore.Diagnostics;
using Microsoft.Net.Http.Headers;
using OAuthServer.Audit;
using OAuthServer.Endpoints;
using OAuthServer.Pages;
using OAuthServer.Protocol;
using OAuthServer.Settings;

namespace OAuthServer.Hosting;

/// <summary>
/// Answers what no endpoint answered: a page for a person, the endpoints' own JSON for a program (RFC 6749 §4.1.2.1,
/// §5.2). The answer says nothing of the cause; the log has it under the correlation id.
/// </summary>
internal sealed partial class ErrorAnswers(
    RefusalLog refusals, ServerAddress address, StatusPages pages, OAuthAnswers json, ILogger<ErrorAnswers> logger)
{
    private readonly PathString _root = new(address.Path);

    /// <summary>Notes and answers a refusal of the pipeline, or an exception that a handler has judged.</summary>
    public async Task WriteAsync(HttpContext http, OAuthError error)
    {
        // The framework took the route away; log, metrics and the headers of the answer name it.
        if (http.Features.Get<IExceptionHandlerFeature>() is { Endpoint: { } endpoint }) http.SetEndpoint(endpoint);
        if (!await TryWriteForPeopleAsync(http, error)) await json.Refuse(error).ExecuteAsync(http);
    }

    /// <summary>Notes a status that stands for itself. Programs get it alone, people the page of it.</summary>
    public Task WriteBareAsync(HttpContext http, OAuthError error) => TryWriteForPeopleAsync(http, error);

    // Notes the refusal in any case.
    private async Task<bool> TryWriteForPeopleAsync(HttpContext http, OAuthError error)
    {
        refusals.Note(http, error);
        if (!HasPage(http.Request, error)) return false;
        http.Response.Headers.Append(HeaderNames.Vary, HeaderNames.Accept);
        return http.Request.PrefersHtml() && await TryWritePageAsync(http, error);
    }

    private async Task<bool> TryWritePageAsync(HttpContext http, OAuthError error)
    {
        try
        {
            await pages.Of(http, error).ExecuteAsync(http);
            return true;
        }
        catch (Exception fault) when (!http.Response.HasStarted)
        {
            LogPageFailed(fault, http.TraceIdentifier);
            http.Response.Clear();
            return false;
        }
    }

    // Pages stand below the issuer's path. An address that does not exist may have been typed by anybody.
    private bool HasPage(HttpRequest request, OAuthError error)
    {
        if (error.Status == StatusCodes.Status404NotFound) return true;
        return request.Path.StartsWithSegments(_root, out var local)
            && (local.StartsWithSegments(Routes.Authorize) || local.StartsWithSegments(Routes.Account));
    }

    [LoggerMessage(7010, LogLevel.Error, "The page of an error failed, answered JSON. Correlation id {CorrelationId}")]
    private partial void LogPageFailed(Exception exception, string correlationId);
}
