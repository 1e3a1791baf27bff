using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OAuthServer.ServerTests.Fixtures;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Endpoints.OpenId;

/// <summary>
/// An app that knows nothing of us: the framework's own <c>AddOpenIdConnect</c> with issuer, client and secret.
/// </summary>
internal sealed class StockOpenIdApp : IAsyncDisposable
{
    public const string Client = "stock-openid-app";

    private readonly WebApplication _app;

    private StockOpenIdApp(WebApplication app, SeenRequests seen) => (_app, Seen) = (app, seen);

    /// <summary>Where it listens.</summary>
    public Uri Address => new(_app.Urls.Single());

    /// <summary>What it asked the server itself, in order.</summary>
    public SeenRequests Seen { get; }

    public static async Task<StockOpenIdApp> StartAsync(
        TestServer issuer, Action<OpenIdConnectOptions>? configure = null)
    {
        var seen = new SeenRequests
        {
            InnerHandler = new ProxyInFront(issuer.Address) { InnerHandler = new SocketsHttpHandler() },
        };
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddAuthorization();
        builder.Services.AddAuthentication(CookieAuthenticationDefaults.AuthenticationScheme)
            .AddCookie()
            .AddOpenIdConnect(options =>
            {
                options.Authority = TestServer.Issuer;
                options.ClientId = Client;
                options.ClientSecret = TestData.Secret;
                options.ResponseType = "code";
                options.SaveTokens = true;
                options.GetClaimsFromUserInfoEndpoint = true;
                options.MapInboundClaims = false;
                options.Scope.Add("email");
                options.BackchannelHttpHandler = seen;
                configure?.Invoke(options);
            });
        var app = builder.Build();
        app.UseAuthentication();
        app.UseAuthorization();
        app.MapGet(
            "/sign-in",
            () => Results.Challenge(new() { RedirectUri = "/me" }, [OpenIdConnectDefaults.AuthenticationScheme]));
        app.MapGet("/sign-out", () => Results.SignOut(
            new() { RedirectUri = "/me" },
            [CookieAuthenticationDefaults.AuthenticationScheme, OpenIdConnectDefaults.AuthenticationScheme]));
        app.MapGet("/me", async (HttpContext http, ClaimsPrincipal user) => Results.Json(new
        {
            claims = user.Claims.GroupBy(claim => claim.Type)
                .ToDictionary(group => group.Key, group => group.First().Value),
            refreshToken = await http.GetTokenAsync("refresh_token"),
            accessToken = await http.GetTokenAsync("access_token"),
        }))
        .RequireAuthorization(policy =>
            policy.AddAuthenticationSchemes(CookieAuthenticationDefaults.AuthenticationScheme)
                .RequireAuthenticatedUser());
        await app.StartAsync(TestContext.Current.CancellationToken);
        var address = new Uri(app.Urls.Single());
        await issuer.Database.ExecuteAsync(
            """
            INSERT INTO oauth_clients (client_id, client_secret, name, redirect_uris, post_logout_redirect_uris,
                allowed_scopes)
            VALUES ($1, $2, 'Stock app', $3, $4, '{openid,profile,email}')
            ON CONFLICT (client_id) DO UPDATE
            SET redirect_uris = excluded.redirect_uris, post_logout_redirect_uris = excluded.post_logout_redirect_uris
            """,
            Client, TestData.SecretHash, new[] { new Uri(address, "/signin-oidc").AbsoluteUri },
            new[] { new Uri(address, "/signout-callback-oidc").AbsoluteUri });
        return new StockOpenIdApp(app, seen);
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    /// <summary>Remembers what passes.</summary>
    internal sealed class SeenRequests : DelegatingHandler
    {
        public List<string> Paths { get; } = [];

        protected override Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request, CancellationToken cancellationToken)
        {
            lock (Paths) Paths.Add($"{request.Method} {request.RequestUri!.AbsolutePath}");
            return base.SendAsync(request, cancellationToken);
        }
    }
}
