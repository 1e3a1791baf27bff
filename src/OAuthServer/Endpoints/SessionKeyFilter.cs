using OAuthServer.Accounts;

namespace OAuthServer.Endpoints;

/// <summary>
/// Answers nobody as a stranger who may be signed in: until the keys of cookies have been read, the failure to read
/// them is the answer (503).
/// </summary>
internal sealed class SessionKeyFilter(SessionKeyManager keys) : IEndpointFilter
{
    public async ValueTask<object?> InvokeAsync(
        EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        if (!keys.AreRead) await Task.Run(keys.Demand, context.HttpContext.RequestAborted);
        return await next(context);
    }
}
