using Microsoft.AspNetCore.DataProtection;
using OAuthServer.Accounts;

namespace OAuthServer.Endpoints;

/// <summary>
/// Answers nobody as a stranger who may be signed in: while there are no keys of cookies to judge by, since they have
/// not been read yet or the next one cannot be made, that failure is the answer (503).
/// </summary>
internal sealed class SessionKeyFilter(SessionKeyManager keys, IDataProtectionProvider protection) : IEndpointFilter
{
    private readonly IDataProtector _protector = protection.CreateProtector(nameof(SessionKeyFilter));

    public async ValueTask<object?> InvokeAsync(
        EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        if (!keys.AreRead) await Task.Run(keys.Demand, context.HttpContext.RequestAborted);
        // Reading a cookie never fails, it finds a stranger; protecting anything says that there are no keys.
        _ = _protector.Protect([]);
        return await next(context);
    }
}
