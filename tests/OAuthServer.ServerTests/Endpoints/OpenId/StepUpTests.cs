using System.Net;
using System.Net.Http.Headers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Microsoft.IdentityModel.JsonWebTokens;
using OAuthServer.ServerTests.Fixtures;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Endpoints.OpenId;

/// <summary>An API with the bearer library asks for another sign-in, and this server answers (RFC 9470).</summary>
public sealed class StepUpTests : IAsyncLifetime
{
    // Not in the past: the database has a clock of its own.
    private readonly FakeTimeProvider _clock = new(
        DateTimeOffset.FromUnixTimeSeconds(DateTimeOffset.UtcNow.ToUnixTimeSeconds()));
    private readonly Lines _log = new();
    private TestServer _server = null!;
    private TestBrowser _browser = null!;
    private WebApplication _api = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await TestServer.StartAsync(new()
        {
            Services = services => services.AddSingleton<TimeProvider>(_clock),
        });
        _browser = new TestBrowser(_server);
        await _browser.AuthorizeAsync(OpenIdAsks.For("openid read"));
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders().AddProvider(_log);
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddSingleton<TimeProvider>(_clock);
        builder.Services.AddOAuthBearer(
            options => (options.Issuer, options.Audience) = (TestServer.Issuer, TestServer.Issuer));
        builder.Services.AddHttpClient("OAuthServer.ResourceApi").ConfigurePrimaryHttpMessageHandler(
            () => new ProxyInFront(_server.Address) { InnerHandler = new SocketsHttpHandler() });
        _api = builder.Build();
        _api.MapGet("/recent", () => "ok").RequireRecentSignIn(TimeSpan.FromSeconds(300));
        _api.MapGet("/level", () => "ok").RequireLevel("2fa");
        _api.MapGet("/never", () => "ok").RequireLevel("gold");
        _api.MapGet("/reached", () => "ok").RequireLevel("1fa").RequireScope("read");
        _api.MapHealthChecks("/health");
        await _api.StartAsync(TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await _api.DisposeAsync();
        _browser.Dispose();
        await _server.DisposeAsync();
    }

    [Fact, Row("STEP-03")]
    public async Task The_API_judges_the_token_and_not_the_request()
    {
        foreach (var levels in (string?[])["1fa 2fa", "1fa", null])
        {
            var tokens = await _browser.TokensAsync(_server, OpenIdAsks.For("openid read").With("acr_values", levels));

            Assert.Equal("1fa", new JsonWebToken(tokens.AccessToken).GetPayloadValue<string>("acr"));
            AssertStepUp(await AskAsync("/level", tokens.AccessToken!), "acr_values=\"2fa\"");
            using var reached = await AskAsync("/reached", tokens.AccessToken!);
            Assert.Equal(HttpStatusCode.OK, reached.StatusCode);
        }
    }

    [Fact, Row("STEP-06")]
    public async Task A_refresh_makes_no_sign_in_younger()
    {
        var first = (await _browser.TokensAsync(_server, OpenIdAsks.For("openid read"))).IsTokens();
        using (var fresh = await AskAsync("/recent", first.AccessToken!))
            Assert.Equal(HttpStatusCode.OK, fresh.StatusCode);
        _clock.Advance(TimeSpan.FromSeconds(301));

        var later = (await _server.RefreshAsync(first.RefreshToken, OpenIdAsks.Client)).IsTokens();

        AssertStepUp(await AskAsync("/recent", later.AccessToken!), "max_age=\"300\"");
        var (before, after) = (new JsonWebToken(first.AccessToken), new JsonWebToken(later.AccessToken));
        Assert.Equal(before.GetPayloadValue<long>("auth_time"), after.GetPayloadValue<long>("auth_time"));
        Assert.Equal(before.GetPayloadValue<string>("acr"), after.GetPayloadValue<string>("acr"));

        // What the challenge asks for helps.
        var again = await Walk.TakeAsync(_browser, OpenIdAsks.For("openid read").With("max_age", "300").Path);
        Assert.Equal(1, again.SignIns);
        using var stepped = await AskAsync(
            "/recent", (await _server.RedeemAsync(again.Answer.Code, OpenIdAsks.Client)).AccessToken!);
        Assert.Equal(HttpStatusCode.OK, stepped.StatusCode);
    }

    [Fact, Row("STEP-09")]
    public async Task Levels_are_advertised_and_one_that_is_not_is_noticed()
    {
        foreach (var path in (string[])["/.well-known/openid-configuration", "/.well-known/oauth-authorization-server"])
            Assert.Contains(
                "\"acr_values_supported\":[\"1fa\",\"2fa\"]",
                await _server.Http.GetStringAsync(
                    new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken),
                StringComparison.Ordinal);

        var token = (await _browser.TokensAsync(_server, OpenIdAsks.For("openid read"))).AccessToken!;
        using (await AskAsync("/reached", token))
        {
            using var health = await AskAsync("/health", token);
            Assert.Equal("Degraded", await health.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        }

        Assert.Contains(
            _log.All,
            line => line.StartsWith(
                "Endpoints demand the level gold, which https://as.example.test does not list",
                StringComparison.Ordinal));
    }

    private async Task<HttpResponseMessage> AskAsync(string path, string token)
    {
        using var http = new HttpClient { BaseAddress = new Uri(_api.Urls.Single()) };
        using var request = new HttpRequestMessage(HttpMethod.Get, path)
        {
            Headers = { Authorization = new AuthenticationHeaderValue("Bearer", token) },
        };
        return await http.SendAsync(request);
    }

    private sealed class Lines : ILoggerProvider, ILogger
    {
        public System.Collections.Concurrent.ConcurrentQueue<string> All { get; } = new();

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter) => All.Enqueue(formatter(state, exception));

        public void Dispose()
        {
        }
    }

    private static void AssertStepUp(HttpResponseMessage answer, string demand)
    {
        using (answer)
        {
            Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
            var challenge = Assert.Single(answer.Headers.WwwAuthenticate).ToString();
            Assert.Contains("error=\"insufficient_user_authentication\"", challenge, StringComparison.Ordinal);
            Assert.Contains(demand, challenge, StringComparison.Ordinal);
        }
    }
}
