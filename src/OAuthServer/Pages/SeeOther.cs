namespace OAuthServer.Pages;

/// <summary>
/// 303 to a page of this server: the next request is a GET without the posted password (RFC 9700 §4.12, RFC 9110
/// §15.4.4).
/// </summary>
internal sealed class SeeOther(string location) : IResult
{
    public Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.StatusCode = StatusCodes.Status303SeeOther;
        httpContext.Response.Headers.Location = LanguageLink.Of(location, Languages.Asked(httpContext)?.Name);
        httpContext.Response.Headers.CacheControl = "no-store";
        return Task.CompletedTask;
    }
}
