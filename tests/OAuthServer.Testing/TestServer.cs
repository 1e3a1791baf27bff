using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;

namespace OAuthServer.Testing;

/// <summary>How a server under test differs from the usual one.</summary>
public sealed record TestServerOptions
{
    /// <summary>Configuration, as in environment variables but with colons.</summary>
    public IReadOnlyDictionary<string, string?> Settings { get; init; } = new Dictionary<string, string?>();

    /// <summary>Another server's database, for a second instance; null makes a new one.</summary>
    public TestDatabase? Database { get; init; }

    /// <summary>Other services, such as a fake clock; they take the place of the server's own.</summary>
    public Action<IServiceCollection>? Services { get; init; }

    /// <summary>The environment; Production unless said otherwise.</summary>
    public string Environment { get; init; } = "Production";

    /// <summary>False for a server that is not to become ready.</summary>
    public bool AwaitReady { get; init; } = true;

    /// <summary>True for passwords that cost what they cost a real server.</summary>
    public bool FullHashCost { get; init; }

    /// <summary>True when nothing differs.</summary>
    internal bool AreUsual => this is
    {
        Settings.Count: 0, Database: null, Services: null, Environment: "Production", AwaitReady: true,
        FullHashCost: false,
    };
}

/// <summary>
/// The product's own host, listening on a loopback port, on a real PostgreSQL. In Production, behind a trusted proxy
/// that ends TLS: <see cref="Http"/> plays the proxy. In the conformance suite it may be a <see cref="Deployment"/>
/// instead.
/// </summary>
public sealed class TestServer : IAsyncDisposable
{
    // One key for all servers of a process: outside Development none of them makes one.
    private static readonly string Keys = KeyFolder.Create();

    private readonly ServerFactory? _factory;
    private readonly TestDatabase? _database;
    private readonly bool _ownsDatabase;

    private TestServer(ServerFactory factory, TestDatabase database, bool ownsDatabase)
        : this(factory.Address) => (_factory, _database, _ownsDatabase) = (factory, database, ownsDatabase);

    private TestServer(Uri address)
    {
        Address = address;
        Http = CreateClient();
    }

    /// <summary>The issuer of the usual server.</summary>
    public static string Issuer => Deployment.UnderTest?.Issuer ?? "https://as.example.test";

    /// <summary>The database, with demo clients and people (see <see cref="TestData"/>).</summary>
    public TestDatabase Database => _database ?? throw Deployment.NotRun("the database");

    /// <summary>Where the server listens; not the issuer.</summary>
    public Uri Address { get; }

    /// <summary>Sends requests as the trusted proxy does: over https, redirects not followed, no cookies.</summary>
    public HttpClient Http { get; }

    /// <summary>The server's services, for what no request can do.</summary>
    public IServiceProvider Services => _factory?.Services ?? throw Deployment.NotRun("the server's insides");

    // Plain http on this machine is a port whose proxy we play; any other address has its TLS, or its own proxy.
    private bool IsBehindUs => Address.Scheme == Uri.UriSchemeHttp && Address.IsLoopback;

    public static async Task<TestServer> StartAsync(TestServerOptions? options = null)
    {
        options ??= new();
        if (Deployment.UnderTest is { } deployment)
            return options.AreUsual
                ? new TestServer(deployment.Base)
                : throw Deployment.NotRun("a server with a configuration or a clock of its own");
        var database = options.Database ?? await TestData.CreateDatabaseAsync(options.FullHashCost);
        var factory = new ServerFactory(options, Settings(database));
        factory.UseKestrel();
        factory.StartServer();
        var server = new TestServer(factory, database, options.Database is null);
        if (options.AwaitReady)
            await Eventually.BecomesTrue(
                async () =>
                    (await server.Http.GetAsync(new Uri("/health/ready", UriKind.Relative))).IsSuccessStatusCode,
                TimeSpan.FromSeconds(20),
                "the server is ready");
        return server;
    }

    /// <summary>Another client like <see cref="Http"/>, for instance with a cookie jar in front.</summary>
    public HttpClient CreateClient(DelegatingHandler? outer = null)
    {
        HttpMessageHandler proxy = new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false };
        if (IsBehindUs) proxy = new TlsProxy { InnerHandler = proxy };
        if (outer is not null)
        {
            outer.InnerHandler = proxy;
            proxy = outer;
        }

        return new HttpClient(proxy) { BaseAddress = Address, Timeout = TimeSpan.FromSeconds(60) };
    }

    /// <summary>A client that talks to the port without the proxy.</summary>
    public HttpClient CreateDirectClient() => IsBehindUs
        ? new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }) { BaseAddress = Address }
        : throw Deployment.NotRun("the port behind the proxy");

    /// <summary>A connection for bytes that no HTTP library would send.</summary>
    public async Task<Stream> ConnectAsync(CancellationToken ct)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(Address.Host, Address.Port, ct);
            Stream stream = new NetworkStream(socket, ownsSocket: true);
            if (Address.Scheme != Uri.UriSchemeHttps) return stream;
            var tls = new SslStream(stream);
            await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = Address.Host }, ct);
            return tls;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        if (_factory is null) return;
        await _factory.DisposeAsync();
        if (_ownsDatabase) await Database.DisposeAsync();
    }

    private static Dictionary<string, string?> Settings(TestDatabase database) => new()
    {
        ["urls"] = "http://127.0.0.1:0",
        ["ConnectionStrings:OAuthServer"] = database.ConnectionString,
        ["OAuth:Issuer"] = Issuer,
        ["SigningKeys:Source"] = "File",
        ["SigningKeys:Directory"] = Keys,
        ["ForwardedHeaders:KnownProxies:0"] = "127.0.0.1",
        ["RateLimiting:Authorize:PermitLimit"] = "1000000",
        ["RateLimiting:Token:PermitLimit"] = "1000000",
        ["RateLimiting:Revoke:PermitLimit"] = "1000000",
        ["RateLimiting:SignIn:PermitLimit"] = "1000000",
        ["RateLimiting:Revocations:PermitLimit"] = "1000000",
        // The cost of the test clients' secrets, and the lowest that the schema takes: refusals are many here.
        ["ClientSecrets:Cost"] = "10",
        // Tests count rows and statements, so nothing sweeps and seals by itself; a test that wants it says so.
        ["Sweeper:Enabled"] = "false",
        ["BackChannelLogout:PollInterval"] = "01:00:00",
        ["BackChannelLogout:ExpiryInterval"] = "01:00:00",
        // A mail server that is never asked: the pages that need one are there.
        ["Mail:Host"] = "127.0.0.1",
        ["Mail:Tls"] = "None",
        ["Mail:From"] = "no-reply@as.example.test",
        ["Mail:PollInterval"] = "01:00:00",
        ["SelfService:Registration"] = "true",
        ["RateLimiting:Mail:PermitLimit"] = "1000000",
        ["Audit:SealInterval"] = "1.00:00:00",
        ["RateLimiting:ClientSecrets:PermitLimit"] = "1000000",
        ["RateLimiting:Passwords:PermitLimit"] = "1000000",
        ["Shutdown:DrainTime"] = "00:00:00",
        ["Serilog:MinimumLevel:Default"] = "Warning",
    };

    private sealed class TlsProxy : DelegatingHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (!request.Headers.Contains("X-Forwarded-Proto")) request.Headers.Add("X-Forwarded-Proto", "https");
            request.Version = HttpVersion.Version11;
            return base.SendAsync(request, cancellationToken);
        }
    }
}
