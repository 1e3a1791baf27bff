using Microsoft.AspNetCore.Diagnostics;
using OAuthServer.Protocol;

namespace OAuthServer.Hosting;

/// <summary>The server could not read the request: its own status, such as 413, and <c>invalid_request</c>.</summary>
internal sealed class UnreadableRequestHandler(ErrorAnswers answers) : IExceptionHandler
{
    /// <inheritdoc/>
    public async ValueTask<bool> TryHandleAsync(
        HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (StatusOf(exception) is not { } status) return false;
        var description = status == StatusCodes.Status413PayloadTooLarge
            ? "The request body is too large."
            : "The request could not be read.";
        var error = OAuthError.InvalidRequest(description, Reasons.RequestUnreadable, status);
        await answers.WriteAsync(httpContext, error);
        return true;
    }

    private static int? StatusOf(Exception exception) => exception switch
    {
        BadHttpRequestException unreadable => unreadable.StatusCode,
        // How the form reader says that there were too many fields, or too long ones.
        InvalidDataException { Source: "Microsoft.AspNetCore.WebUtilities" or "Microsoft.AspNetCore.Http" } =>
            StatusCodes.Status400BadRequest,
        // What the transport makes of a body that is framed in no way that HTTP knows.
        _ when IsFraming(exception) => StatusCodes.Status400BadRequest,
        _ => null,
    };

    private static bool IsFraming(Exception exception) =>
        exception is IOException or OverflowException && exception.Source is "Microsoft.AspNetCore.Server.Kestrel.Core";
}
