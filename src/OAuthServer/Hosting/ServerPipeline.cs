namespace OAuthServer.Hosting;

/// <summary>Everything that stands before the endpoints, in the one order in which it works.</summary>
internal static class ServerPipeline
{
    public static IApplicationBuilder UsePipeline(this IApplicationBuilder app) => app
        .UseMiddleware<ClosingConnections>()
        .UseMiddleware<CorrelationId>()
        .UseMiddleware<AnswerHeaders>()
        .UseRequestLocalization()
        .UseExceptionHandler()
        .UseStatusCodePages(ErrorRegistration.AnswerBareAsync)
        .UseForwardedHeaders()
        .UseAnsweredHosts()
        .UseMiddleware<HttpsOnly>()
        .UseRouting()
        // Before the budgets: a preflight is never counted, and an app may read that it is limited.
        .UseCors()
        .UseRateLimiter();
}
