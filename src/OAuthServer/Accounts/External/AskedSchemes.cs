using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace OAuthServer.Accounts.External;

/// <summary>
/// The framework asks each provider's handler about every request, in front of everything, whether it is an answer.
/// Here the route of the answer does: a token request has nothing to do with providers, and an answer passes what
/// every request passes.
/// </summary>
internal sealed class AskedSchemes(IOptions<AuthenticationOptions> options) : AuthenticationSchemeProvider(options)
{
    public override Task<IEnumerable<AuthenticationScheme>> GetRequestHandlerSchemesAsync() =>
        Task.FromResult<IEnumerable<AuthenticationScheme>>([]);
}
