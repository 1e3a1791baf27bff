using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using OAuthServer.Hosting;
using OAuthServer.Protocol;
using OAuthServer.RateLimits;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Hosting;

/// <summary>
/// The server's services and its whole pipeline, listening on loopback, before endpoints that answer as the test
/// asks. Nothing runs in the background.
/// </summary>
internal sealed class ProtectedHost : IAsyncDisposable
{
    /// <summary>The origin of <see cref="TestData.Spa"/>.</summary>
    public const string App = "https://spa.example";

    // Hosts that write nothing to it share one; all know the same clients.
    private static readonly Lazy<Task<TestDatabase>> Shared = new(() => TestData.CreateDatabaseAsync());

    private static readonly Lazy<string> Keys = new(KeyFolder.Create);

    private readonly WebApplication _app;

    private ProtectedHost(WebApplication app, FakeTimeProvider clock, LogSink logs)
    {
        _app = app;
        Clock = clock;
        Logs = logs;
        Client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, ActivityHeadersPropagator = null })
        {
            BaseAddress = new Uri(app.Urls.Single()),
        };
    }

    public FakeTimeProvider Clock { get; }

    public LogSink Logs { get; }

    public HttpClient Client { get; }

    /// <summary>
    /// Starts a host. Query of every endpoint: <c>status</c>; <c>throw</c> names one of <paramref name="faults"/>.
    /// </summary>
    public static async Task<ProtectedHost> StartAsync(
        Dictionary<string, string?>? settings = null,
        string issuer = "http://localhost",
        Func<HttpContext, string, Exception?>? faults = null,
        Action<IServiceCollection>? services = null,
        TestDatabase? database = null)
    {
        var isHttps = issuer.StartsWith("https:", StringComparison.Ordinal);
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions
        {
            EnvironmentName = isHttps ? Environments.Production : Environments.Development,
        });
        var clock = new FakeTimeProvider();
        var logs = new LogSink();
        builder.Configuration.Sources.Clear();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["OAuth:Issuer"] = issuer,
            ["ConnectionStrings:OAuthServer"] = (database ?? await Shared.Value).ConnectionString,
            ["SigningKeys:Source"] = "File",
            ["SigningKeys:Directory"] = Keys.Value,
        });
        builder.Configuration.AddInMemoryCollection(settings ?? []);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, 0);
            kestrel.Limits.MaxRequestBodySize = 64 * 1024;
            kestrel.AddServerHeader = false;
        });
        builder.Services.AddSingleton<TimeProvider>(clock);
        builder.Services.AddServer(builder.Configuration);
        builder.Services.RemoveAll<IHostedService>();
        builder.Services.AddSingleton(_ => LoggerFactory.Create(
            log => log.SetMinimumLevel(LogLevel.Debug).AddProvider(logs)));
        services?.Invoke(builder.Services);
        var app = builder.Build();
        app.UsePipeline();
        Map(app, faults ?? ((_, _) => null));
        try
        {
            await app.StartAsync();
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }

        return new ProtectedHost(app, clock, logs);
    }

    public Task<HttpResponseMessage> GetAsync(string path, params (string Name, string Value)[] headers) =>
        SendAsync(HttpMethod.Get, path, headers);

    public Task<HttpResponseMessage> PostAsync(string path, params (string Name, string Value)[] headers) =>
        SendAsync(HttpMethod.Post, path, headers);

    public Task<HttpResponseMessage> PreflightAsync(string path, string origin, string method = "POST") =>
        SendAsync(HttpMethod.Options, path, ("Origin", origin), ("Access-Control-Request-Method", method),
            ("Access-Control-Request-Headers", "authorization,content-type,dpop"));

    public async Task<HttpResponseMessage> SendAsync(
        HttpMethod method, string path, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path);
        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        return await Client.SendAsync(request, TestContext.Current.CancellationToken);
    }

    /// <summary>Sends the same POST many times and says which statuses came back how often.</summary>
    public async Task<Dictionary<int, int>> PostManyAsync(
        string path, int times, params (string Name, string Value)[] headers)
    {
        var statuses = new Dictionary<int, int>();
        for (var i = 0; i < times; i++)
        {
            using var answer = await PostAsync(path, headers);
            var status = (int)answer.StatusCode;
            statuses[status] = statuses.GetValueOrDefault(status) + 1;
        }

        return statuses;
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.DisposeAsync();
    }

    private static void Map(WebApplication app, Func<HttpContext, string, Exception?> faults)
    {
        async Task Answer(HttpContext context)
        {
            if (context.Request.Query["throw"] is [{ } fault] && faults(context, fault) is { } exception)
            {
                context.Response.Headers.SetCookie = "half=done";
                throw exception;
            }

            if (context.Request.HasFormContentType) await context.Request.ReadFormAsync();
            var seen = context.Request;
            context.Response.StatusCode = int.Parse(
                seen.Query["status"].FirstOrDefault() ?? "200", System.Globalization.CultureInfo.InvariantCulture);
            var text = $"{seen.Scheme} {seen.Host} {seen.PathBase} {ClientAddress.Of(context)}";
            await context.Response.WriteAsync(text);
        }

        app.MapMethods("/oauth/authorize", ["GET", "POST"], Answer).RequireBudget(Budget.Authorize);
        app.MapPost("/oauth/token", Answer).RequireBudget(Budget.Token).RequireCors(ClientOrigins.Registered);
        app.MapPost("/oauth/refresh", Answer).RequireBudget(Budget.Token).RequireCors(ClientOrigins.Registered);
        app.MapPost("/oauth/revoke", Answer).RequireBudget(Budget.Revoke).RequireCors(ClientOrigins.Registered);
        app.MapPost("/account/sign-in", Answer).RequireBudget(Budget.SignIn);
        app.MapMethods("/asked", ["OPTIONS"], Answer).RequireBudget(Budget.SignIn);
        app.MapGet("/.well-known/jwks.json", Answer).RequireCors(ClientOrigins.Any);
        foreach (var probe in Routes.Probes) app.MapGet(probe, Answer);
        app.MapGet("/half", async (HttpContext context) =>
        {
            await context.Response.WriteAsync("{\"half\":");
            await context.Response.Body.FlushAsync();
            throw new InvalidOperationException("after the first byte");
        });
    }
}

/// <summary>Keeps every log line with its category, level and exception.</summary>
internal sealed class LogSink : ILoggerProvider
{
    private readonly ConcurrentQueue<LogLine> _lines = new();

    /// <summary>Every line.</summary>
    public IReadOnlyList<LogLine> All => [.. _lines];

    /// <summary>The lines of the server itself.</summary>
    public IReadOnlyList<LogLine> Own =>
        [.. _lines.Where(line => line.Category.StartsWith("OAuthServer.", StringComparison.Ordinal))];

    /// <summary>Every line, at warning or above.</summary>
    public IReadOnlyList<LogLine> Loud => [.. _lines.Where(line => line.Level >= LogLevel.Warning)];

    public ILogger CreateLogger(string categoryName) => new Logger(categoryName, _lines);

    public void Dispose()
    {
    }

    private sealed class Logger(string category, ConcurrentQueue<LogLine> lines) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter) =>
            lines.Enqueue(new(category, logLevel, eventId.Id, formatter(state, exception)));
    }
}

/// <summary>One log line.</summary>
internal sealed record LogLine(string Category, LogLevel Level, int Event, string Text);

/// <summary>Short ways to look at an answer.</summary>
internal static class Answers
{
    /// <summary>The values of a header joined by a comma; null when it is absent.</summary>
    public static string? Header(this HttpResponseMessage answer, string name) =>
        answer.Headers.TryGetValues(name, out var values) || answer.Content.Headers.TryGetValues(name, out values)
            ? string.Join(", ", values)
            : null;

    public static Task<string> TextAsync(this HttpResponseMessage answer) =>
        answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);

    public static IEnumerable<string> CorsHeaders(this HttpResponseMessage answer) =>
        answer.Headers.Select(header => header.Key)
            .Where(name => name.StartsWith("Access-Control-", StringComparison.OrdinalIgnoreCase));
}
