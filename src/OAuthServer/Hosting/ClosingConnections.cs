namespace OAuthServer.Hosting;

/// <summary>
/// While the instance drains, each answer says that its connection closes (RFC 9112 §9.6). A connection that is closed
/// without notice may have the next request on it already, and a proxy must not send a POST twice.
/// </summary>
internal sealed class ClosingConnections(RequestDelegate next, Drain drain)
{
    public Task InvokeAsync(HttpContext context)
    {
        if (drain.HasBegun && HttpProtocol.IsHttp11(context.Request.Protocol))
            context.Response.OnStarting(Close, context.Response);
        return next(context);
    }

    // When the answer starts: an error answer begins with no headers.
    private static Task Close(object response)
    {
        ((HttpResponse)response).Headers.Connection = "close";
        return Task.CompletedTask;
    }
}
