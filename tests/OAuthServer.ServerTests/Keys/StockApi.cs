using System.Net.Http.Headers;
using System.Reflection;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;
using OAuthServer.ServerTests.Fixtures;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Keys;

/// <summary>
/// An API that knows nothing of us: the framework's own <c>AddJwtBearer</c>, told where the metadata is and who the
/// audience is. It keeps keys as it does by default, by the clock of the test.
/// </summary>
internal sealed class StockApi : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly HttpClient _http;

    private StockApi(WebApplication app) =>
        (_app, _http) = (app, new HttpClient { BaseAddress = new Uri(app.Urls.Single()) });

    /// <summary>Starts an API that asks this instance for metadata and keys.</summary>
    public static async Task<StockApi> StartAsync(TestServer issuer, TimeProvider clock)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddAuthorization();
        builder.Services.AddAuthentication(JwtBearerDefaults.AuthenticationScheme).AddJwtBearer(options =>
        {
            options.MetadataAddress = TestServer.Issuer + "/.well-known/oauth-authorization-server";
            options.Audience = TestServer.Issuer;
            options.BackchannelHttpHandler = new ProxyInFront(issuer.Address)
            {
                InnerHandler = new SocketsHttpHandler(),
            };
        });
        var app = builder.Build();
        app.UseAuthentication();
        app.UseAuthorization();
        app.MapGet("/notes", () => Results.Ok()).RequireAuthorization();
        var bearer = app.Services.GetRequiredService<IOptionsMonitor<JwtBearerOptions>>()
            .Get(JwtBearerDefaults.AuthenticationScheme);

        // Not public, and there is no other way to let half a day pass.
        const BindingFlags Hidden = BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public;
        typeof(ConfigurationManager<OpenIdConnectConfiguration>).GetField("TimeProvider", Hidden)!
            .SetValue(bearer.ConfigurationManager, clock);
        typeof(TokenValidationParameters).GetProperty("TimeProvider", Hidden)!
            .SetValue(bearer.TokenValidationParameters, clock);
        await app.StartAsync(TestContext.Current.CancellationToken);
        return new StockApi(app);
    }

    /// <summary>Null when the token is accepted, else the refusal.</summary>
    public async Task<string?> RefusalAsync(string accessToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/notes");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", accessToken);
        using var answer = await _http.SendAsync(request);
        return answer.IsSuccessStatusCode ? null : $"{(int)answer.StatusCode} {answer.Headers.WwwAuthenticate}";
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
    }
}
