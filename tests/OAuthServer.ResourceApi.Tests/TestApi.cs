using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace OAuthServer.ResourceApi.Tests;

/// <summary>What the API answered.</summary>
internal sealed record Reply(HttpStatusCode Status, string Body, string Challenge, HttpResponseHeaders Headers);

/// <summary>
/// A real API on a loopback port that uses the library, with its issuer and a clock that stands still.
/// </summary>
internal sealed class TestApi : IAsyncDisposable
{
    public const string Audience = "https://api.example/v1/x";
    public const string MetadataAddress = "https://api.example/.well-known/oauth-protected-resource/v1/x";

    private readonly WebApplication _app;

    private TestApi(WebApplication app, Issuer issuer, FakeTimeProvider clock, CapturedLog log)
    {
        (_app, Issuer, Clock, Log) = (app, issuer, clock, log);
        var handler = new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false };
        Http = new HttpClient(handler) { BaseAddress = new Uri(app.Urls.First()) };
    }

    public Issuer Issuer { get; }

    public FakeTimeProvider Clock { get; }

    public CapturedLog Log { get; }

    public HttpClient Http { get; }

    public long Now => Clock.GetUtcNow().ToUnixTimeSeconds();

    public static async Task<TestApi> StartAsync(
        Action<OAuthBearerOptions>? configure = null, Action<WebApplicationBuilder>? host = null,
        Action<WebApplication>? map = null, Issuer? issuer = null, string pathBase = "", bool servesMetadata = true)
    {
        issuer ??= await Issuer.StartAsync();
        var clock = new FakeTimeProvider(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));
        var log = new CapturedLog();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders().SetMinimumLevel(LogLevel.Trace).AddProvider(log);
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddSingleton<TimeProvider>(clock);
        builder.Services.AddOAuthBearer(options =>
        {
            options.Issuer = issuer.Url;
            options.Audience = Audience;
            configure?.Invoke(options);
        });
        host?.Invoke(builder);
        var app = builder.Build();
        if (pathBase.Length > 0) app.UsePathBase(pathBase).UseRouting().UseAuthentication().UseAuthorization();
        Map(app);
        if (servesMetadata) app.MapProtectedResourceMetadata();
        map?.Invoke(app);
        await app.StartAsync();
        return new TestApi(app, issuer, clock, log);
    }

    public JsonObject Header() => new() { ["typ"] = "at+jwt", ["alg"] = "RS256", ["kid"] = Issuer.Key.Kid };

    public JsonObject Payload() => new()
    {
        ["iss"] = Issuer.Url,
        ["sub"] = "user-1",
        ["aud"] = Audience,
        ["exp"] = Now + 900,
        ["iat"] = Now,
        ["jti"] = "Z3JhbnQ.cmFuZG9t",
        ["client_id"] = "client-1",
        ["scope"] = "read",
        ["type"] = "access",
    };

    /// <summary>A valid token, except for what the caller changes.</summary>
    public string Token(Action<JsonObject>? payload = null, Action<JsonObject>? header = null, SigningKey? key = null)
    {
        var (head, body) = (Header(), Payload());
        header?.Invoke(head);
        payload?.Invoke(body);
        return (key ?? Issuer.Key).Sign(head, body);
    }

    public Task<Reply> GetAsync(string? token, string path = "/read") =>
        SendAsync(HttpMethod.Get, path, token is null ? [] : ["Bearer " + token]);

    public async Task<Reply> SendAsync(
        HttpMethod method, string path, string[] authorization, HttpContent? content = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = content };
        foreach (var value in authorization) request.Headers.TryAddWithoutValidation("Authorization", value);
        request.Headers.TryAddWithoutValidation("Accept", "text/html,application/xhtml+xml");
        using var response = await Http.SendAsync(request, TestContext.Current.CancellationToken);
        var body = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        return new Reply(
            response.StatusCode, body, string.Join(" || ", response.Headers.WwwAuthenticate), response.Headers);
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _app.DisposeAsync();
        await Issuer.DisposeAsync();
    }

    private static void Map(WebApplication app)
    {
        app.MapGet("/open", () => "open");
        app.MapGet("/any", (HttpContext context) => context.User.Identity?.Name).RequireAuthorization();
        app.MapMethods(
            "/read",
            ["GET", "HEAD", "PUT"],
            (HttpContext context) => $"hello {context.User.FindFirst("client_id")?.Value}").RequireScope("read");
        app.MapPost("/echo", async (HttpRequest request) => await new StreamReader(request.Body).ReadToEndAsync())
            .RequireScope("read");
        var admin = app.MapGroup("/admin").RequireScope("admin");
        admin.MapGet("/read", () => "admin").RequireScope("read", "admin");
    }
}
