using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using OAuthServer.Hosting;

namespace OAuthServer.Testing;

/// <summary>How a server under test differs from the usual one.</summary>
public sealed record TestServerOptions
{
    /// <summary>Configuration, as in environment variables but with colons.</summary>
    public IReadOnlyDictionary<string, string?> Settings { get; init; } = new Dictionary<string, string?>();

    /// <summary>Another server's database, for a second instance; null makes a new one.</summary>
    public TestDatabase? Database { get; init; }

    /// <summary>Other services, such as a fake clock.</summary>
    public Action<WebApplicationBuilder>? Configure { get; init; }

    /// <summary>The environment; Production unless said otherwise.</summary>
    public string Environment { get; init; } = "Production";
}

/// <summary>
/// The product's own host, listening on a loopback port, on a real PostgreSQL. In Production, behind a trusted proxy that
/// ends TLS: <see cref="Http"/> plays the proxy.
/// </summary>
public sealed class TestServer : IAsyncDisposable
{
    public const string Issuer = "https://as.example.test";

    private static readonly string Keys = Directory.CreateTempSubdirectory("oauthserver-test-keys-").FullName;

    private readonly WebApplication _app;
    private readonly bool _ownsDatabase;

    private TestServer(WebApplication app, TestDatabase database, bool ownsDatabase)
    {
        (_app, Database, _ownsDatabase) = (app, database, ownsDatabase);
        Address = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        Http = CreateClient();
    }

    /// <summary>The database, with demo clients and people (see <see cref="TestData"/>).</summary>
    public TestDatabase Database { get; }

    /// <summary>Where the server listens; not the issuer.</summary>
    public Uri Address { get; }

    /// <summary>Sends requests as the trusted proxy does: over https, redirects not followed, no cookies.</summary>
    public HttpClient Http { get; }

    /// <summary>The server's services, for what no request can do.</summary>
    public IServiceProvider Services => _app.Services;

    public static async Task<TestServer> StartAsync(TestServerOptions? options = null)
    {
        options ??= new();
        var database = options.Database ?? await TestData.CreateDatabaseAsync();
        var app = ServerHost.Build([$"--environment={options.Environment}", $"--contentRoot={AppContext.BaseDirectory}"], builder =>
        {
            builder.Configuration.AddInMemoryCollection(Settings(database));
            builder.Configuration.AddInMemoryCollection(options.Settings);
            options.Configure?.Invoke(builder);
        }) ?? throw new InvalidOperationException("The configuration of the server under test is wrong; standard error has the faults.");
        await app.StartAsync();
        var server = new TestServer(app, database, options.Database is null);
        await Eventually.BecomesTrue(async () => (await server.Http.GetAsync(new Uri("/health/ready", UriKind.Relative))).IsSuccessStatusCode, TimeSpan.FromSeconds(20), "the server is ready");
        return server;
    }

    /// <summary>Another client like <see cref="Http"/>, for instance with a cookie jar in front.</summary>
    public HttpClient CreateClient(DelegatingHandler? outer = null)
    {
        HttpMessageHandler proxy = new TlsProxy { InnerHandler = new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false } };
        if (outer is not null)
        {
            outer.InnerHandler = proxy;
            proxy = outer;
        }

        return new HttpClient(proxy) { BaseAddress = Address, Timeout = TimeSpan.FromSeconds(60) };
    }

    /// <summary>A client that talks to the port without the proxy.</summary>
    public HttpClient CreateDirectClient() =>
        new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }) { BaseAddress = Address };

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
        if (_ownsDatabase) await Database.DisposeAsync();
    }

    private static Dictionary<string, string?> Settings(TestDatabase database) => new()
    {
        ["urls"] = "http://127.0.0.1:0",
        ["ConnectionStrings:OAuthServer"] = database.ConnectionString,
        ["OAuth:Issuer"] = Issuer,
        ["OAuth:Scopes:read"] = "See your notes",
        ["OAuth:Scopes:write"] = "Write your notes",
        ["SigningKeys:Source"] = "File",
        ["SigningKeys:Directory"] = Keys,
        ["ForwardedHeaders:KnownProxies:0"] = "127.0.0.1",
        ["RateLimiting:Authorize:PermitLimit"] = "1000000",
        ["RateLimiting:Token:PermitLimit"] = "1000000",
        ["RateLimiting:Revoke:PermitLimit"] = "1000000",
        ["RateLimiting:SignIn:PermitLimit"] = "1000000",
        // The cost of the test clients' secrets, and the lowest that the schema takes: refusals are many here.
        ["ClientSecrets:Cost"] = "10",
        // Tests count rows and statements, so nothing sweeps and seals by itself; a test that wants it says so.
        ["Sweeper:Enabled"] = "false",
        ["Audit:SealInterval"] = "1.00:00:00",
        ["Serilog:MinimumLevel:Default"] = "Warning",
    };

    private sealed class TlsProxy : DelegatingHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (!request.Headers.Contains("X-Forwarded-Proto")) request.Headers.Add("X-Forwarded-Proto", "https");
            request.Version = HttpVersion.Version11;
            return base.SendAsync(request, cancellationToken);
        }
    }
}
