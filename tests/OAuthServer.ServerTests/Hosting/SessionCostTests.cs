using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Hosting;

/// <summary>
/// Who is signed in is asked by pages alone: a token request makes no cookie handler, and opens no cookie.
/// </summary>
public sealed class SessionCostTests : IAsyncLifetime
{
    private readonly AskedSchemes _asked = new();
    private TestServer _server = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _server = await TestServer.StartAsync(new()
    {
        Services = services => services.AddSingleton(_asked)
            .Replace(ServiceDescriptor.Scoped<IAuthenticationHandlerProvider, WatchedHandlers>()),
    });

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Theory]
    [InlineData("/oauth/token")]
    [InlineData("/oauth/refresh")]
    [InlineData("/oauth/revoke")]
    public async Task A_token_request_asks_for_no_session(string path)
    {
        const string form = "grant_type=refresh_token&token=x";
        var reply = await _server.PostRawAsync(path, form, headers: ("Cookie", "session=x"));

        Assert.Equal(HttpStatusCode.Unauthorized, reply.Status);
        Assert.Empty(_asked);
    }

    [Theory]
    [InlineData("/.well-known/jwks.json")]
    [InlineData("/health/live")]
    [InlineData("/nowhere")]
    public async Task A_request_that_is_for_no_person_asks_for_no_session(string path)
    {
        using var answer = await _server.Http.GetAsync(new Uri(path, UriKind.Relative), Ct);

        Assert.Empty(_asked);
    }

    [Fact]
    public async Task A_page_asks_for_the_session()
    {
        using var answer = await _server.Http.GetAsync(new Uri("/account/sign-in", UriKind.Relative), Ct);

        Assert.Contains("Identity.Application", _asked);
    }

    private sealed class AskedSchemes : ConcurrentQueue<string>;

    private sealed class WatchedHandlers(IAuthenticationSchemeProvider schemes, AskedSchemes asked)
        : IAuthenticationHandlerProvider
    {
        private readonly AuthenticationHandlerProvider _handlers = new(schemes);

        public Task<IAuthenticationHandler?> GetHandlerAsync(HttpContext context, string authenticationScheme)
        {
            asked.Enqueue(authenticationScheme);
            return _handlers.GetHandlerAsync(context, authenticationScheme);
        }
    }
}
