using Microsoft.AspNetCore.Diagnostics;
using OAuthServer.Protocol;

namespace OAuthServer.Hosting;

/// <summary>What becomes of a request that no endpoint answers, or whose endpoint fails.</summary>
internal static class ErrorRegistration
{
    private static readonly OAuthError NoRoute =
        OAuthError.InvalidRequest(string.Empty, Reasons.RouteUnknown, StatusCodes.Status404NotFound);

    private static readonly OAuthError NoMethod =
        OAuthError.InvalidRequest(string.Empty, Reasons.MethodNotAllowed, StatusCodes.Status405MethodNotAllowed);

    /// <summary>Adds the handlers of exceptions, in the order in which they are asked.</summary>
    public static IServiceCollection AddErrorAnswers(this IServiceCollection services)
    {
        services.AddSingleton<ErrorAnswers>();
        services.AddExceptionHandler<UnreadableRequestHandler>();
        services.AddExceptionHandler<OutageHandler>();
        services.AddExceptionHandler<FaultHandler>();
        // What the framework would write itself; it asks for it although the last handler leaves it nothing.
        services.AddProblemDetails();
        return services;
    }

    /// <summary>
    /// Notes that an address does not exist, or a method is not served there. The answer is a page for people, and
    /// stays empty for programs.
    /// </summary>
    public static Task AnswerBareAsync(StatusCodeContext bare)
    {
        var http = bare.HttpContext;
        var answers = http.RequestServices.GetRequiredService<ErrorAnswers>();
        return http.Response.StatusCode switch
        {
            StatusCodes.Status404NotFound => answers.WriteBareAsync(http, NoRoute),
            StatusCodes.Status405MethodNotAllowed => answers.WriteBareAsync(http, NoMethod),
            _ => Task.CompletedTask,
        };
    }
}
