using System.Collections.Frozen;
using Microsoft.Net.Http.Headers;
using OAuthServer.Audit;
using OAuthServer.Endpoints;
using OAuthServer.Protocol;

namespace OAuthServer.Hosting;

/// <summary>Renders an error for a person; <paramref name="code"/> is <c>server_error</c>, <c>temporarily_unavailable</c> or <c>invalid_request</c>.</summary>
internal delegate IResult ErrorPage(HttpContext context, int status, string code);

/// <summary>
/// The one place where an exception becomes an answer: an outage 503 <c>temporarily_unavailable</c>, a request the server
/// could not read its own status and <c>invalid_request</c>, anything else 500 <c>server_error</c> (RFC 6749 §4.1.2.1, §5.2;
/// RFC 7009 §2.2.1). The answer says nothing of the cause; the log has it once, under the correlation id. It also notes what
/// no endpoint refused: an address that does not exist, or a method that is not served there.
/// </summary>
internal sealed partial class UnexpectedErrors(
    RequestDelegate next, PathString root, IEnumerable<IsOutage> outages, IEnumerable<ErrorPage> pages, RefusalLog refusals, ILogger<UnexpectedErrors> log)
{
    private const string RetryAfterSeconds = "5";

    // What was said before the endpoint began is true of the error answer too.
    private static readonly FrozenSet<string> KeptHeaders = FrozenSet.Create(
        StringComparer.OrdinalIgnoreCase,
        HeaderNames.XContentTypeOptions, "Referrer-Policy", HeaderNames.StrictTransportSecurity, CorrelationId.Header,
        HeaderNames.Vary, HeaderNames.AccessControlAllowOrigin, HeaderNames.AccessControlExposeHeaders);

    private static readonly OAuthError NoRoute = OAuthError.InvalidRequest(string.Empty, Reasons.RouteUnknown, StatusCodes.Status404NotFound);
    private static readonly OAuthError NoMethod = OAuthError.InvalidRequest(string.Empty, Reasons.MethodNotAllowed, StatusCodes.Status405MethodNotAllowed);

    public async Task InvokeAsync(HttpContext context)
    {
        try
        {
            await next(context);
            if (context.Response.StatusCode == StatusCodes.Status404NotFound) refusals.Note(context, NoRoute);
            else if (context.Response.StatusCode == StatusCodes.Status405MethodNotAllowed) refusals.Note(context, NoMethod);
        }
        catch (Exception exception)
        {
            if (IsClientAbort(context, exception)) Abandon(context);
            else await AnswerAsync(context, refusals.Note(context, Judge(context, exception)));
        }
    }

    private static bool IsClientAbort(HttpContext context, Exception exception) =>
        context.RequestAborted.IsCancellationRequested && exception is OperationCanceledException or IOException and not BadHttpRequestException;

    private void Abandon(HttpContext context)
    {
        LogAborted(context.TraceIdentifier);
        if (!context.Response.HasStarted) context.Response.StatusCode = StatusCodes.Status499ClientClosedRequest;
    }

    private OAuthError Judge(HttpContext context, Exception exception)
    {
        if (exception is BadHttpRequestException unreadable) return OAuthError.InvalidRequest(string.Empty, Reasons.RequestUnreadable, unreadable.StatusCode);
        // How the form reader says that there were too many fields, or too long ones.
        if (exception is InvalidDataException { Source: "Microsoft.AspNetCore.WebUtilities" or "Microsoft.AspNetCore.Http" })
            return OAuthError.InvalidRequest(string.Empty, Reasons.RequestUnreadable);
        if (Outage.Is(exception, outages))
        {
            LogOutage(exception, context.TraceIdentifier);
            return OAuthError.TemporarilyUnavailable(Reasons.DependencyAway);
        }

        LogUnexpected(exception, context.TraceIdentifier);
        return OAuthError.ServerError(Reasons.UnexpectedError);
    }

    private async Task AnswerAsync(HttpContext context, OAuthError problem)
    {
        if (!Begin(context, problem)) return;
        if (pages.LastOrDefault() is { } page && IsForPeople(context.Request))
        {
            try
            {
                await page(context, problem.Status, problem.Code).ExecuteAsync(context);
                return;
            }
            catch (Exception exception)
            {
                LogUnexpected(exception, context.TraceIdentifier);
                if (!Begin(context, problem)) return;
            }
        }

        await ErrorAnswer.WriteAsync(context, problem.Status, problem.Code);
    }

    /// <summary>Clears what was prepared; false when bytes are already on the wire, and then the connection is cut so that no half answer looks whole.</summary>
    private static bool Begin(HttpContext context, OAuthError problem)
    {
        if (context.Response.HasStarted)
        {
            context.Abort();
            return false;
        }

        foreach (var name in context.Response.Headers.Keys.Where(name => !KeptHeaders.Contains(name)).ToList()) context.Response.Headers.Remove(name);
        context.Response.StatusCode = problem.Status;
        context.Response.Headers.CacheControl = "no-store";
        if (problem.Status == StatusCodes.Status503ServiceUnavailable) context.Response.Headers.RetryAfter = RetryAfterSeconds;
        return true;
    }

    // Pages stand below the issuer's path.
    private bool IsForPeople(HttpRequest request) =>
        request.Path.StartsWithSegments(root, out var local)
        && (local.StartsWithSegments("/oauth/authorize") || local.StartsWithSegments("/account"))
        && PrefersHtml(request);

    // A stable sort: among equals, the one that was named first.
    private static bool PrefersHtml(HttpRequest request) => request.Accepted()
        .Where(type => type.Quality is null or > 0)
        .OrderByDescending(type => type.Quality ?? 1)
        .Select(type => type.MediaType.Value?.ToLowerInvariant())
        .FirstOrDefault(type => type is "text/html" or "application/json") == "text/html";

    [LoggerMessage(7002, LogLevel.Error, "Unexpected error, answered server_error. Correlation id {CorrelationId}")]
    private partial void LogUnexpected(Exception exception, string correlationId);

    [LoggerMessage(7003, LogLevel.Error, "A dependency is away, answered temporarily_unavailable. Correlation id {CorrelationId}")]
    private partial void LogOutage(Exception exception, string correlationId);

    [LoggerMessage(7004, LogLevel.Debug, "The client went away before its answer. Correlation id {CorrelationId}")]
    private partial void LogAborted(string correlationId);
}
