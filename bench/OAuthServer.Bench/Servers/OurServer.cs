using System.Net;
using System.Runtime.InteropServices;
using OAuthServer.Bench.Database;
using OAuthServer.Bench.Machine;

namespace OAuthServer.Bench.Servers;

/// <summary>
/// The product, set up as its operator would: Production, keys in files, a trusted proxy in front that ends TLS, rate
/// limits on (with budgets that do not bite here), the memory settings of the image, the database migrated by the
/// command, the client registered by SQL.
/// </summary>
/// <param name="name">As in tables; its database is named after it.</param>
/// <param name="wideBudgets">The rate limits that must not bite; the others are the product's own.</param>
/// <param name="starts">How often it is started, for the time that this takes.</param>
internal sealed class OurServer(string name, IReadOnlyList<string> wideBudgets, int starts) : IServerStarter
{
    public const string ServerName = "oauthserver";
    public const string IssuerIdentifier = "https://as.example";

    // What the load generator, in the place of the proxy, adds to each request.
    private const string ProxyHeaders = "X-Forwarded-Proto: https\r\nX-Forwarded-For: 203.0.113.7\r\n";

    private const int Starts = 3;

    /// <summary>As most runs want it.</summary>
    public OurServer()
        : this(ServerName, AllBudgets, Starts)
    {
    }

    /// <summary>The name of another checkout of the product in tables.</summary>
    public const string BesideName = "beside";

    /// <summary>The product of another checkout, measured in the same run.</summary>
    /// <param name="root">The folder of its solution.</param>
    public static OurServer Beside(string root) => new(BesideName, AllBudgets, Starts) { Root = root };

    /// <summary>The checkout that is published.</summary>
    public string Root { get; private init; } = Checkout.Root;

    /// <summary>Settings besides those that every run needs, as environment variables.</summary>
    public IReadOnlyDictionary<string, string> More { get; init; } = new Dictionary<string, string>();

    /// <summary>The sections of <c>RateLimiting</c>.</summary>
    public static IReadOnlyList<string> AllBudgets { get; } =
    [
        "Authorize", "Token", "Revoke", "SignIn", "ClientSecrets", "Passwords",
    ];

    /// <inheritdoc />
    public string Name => name;

    /// <inheritdoc />
    public ServerRoutes Routes { get; } = new("/health/ready")
    {
        Authorize = "/oauth/authorize",
        Token = "/oauth/token",
        Refresh = "/oauth/token",
        ClientCredentials = "/oauth/token",
        TakesAssertions = true,
        Introspect = "/oauth/introspect",
        Push = "/oauth/par",
        UserInfo = "/oauth/userinfo",
        ChecksSecrets = true,
        Revoke = "/oauth/revoke",
        Metadata = "/.well-known/oauth-authorization-server",
        Keys = "/.well-known/jwks.json",
        Revalidates = true,
        SignIn = "/account/sign-in",
    };

    /// <inheritdoc />
    public async Task<MeasuredServer> StartAsync(
        TestBed bed, IReadOnlyList<MeasuredServer> running, CancellationToken ct)
    {
        var program = await Checkout.PublishAsync(
            Root, "src/OAuthServer", RuntimeInformation.RuntimeIdentifier, bed, ct);
        var database = await bed.CreateDatabaseAsync("bench_" + name, ct);
        await using (var migrate = ChildProcess.Start(
            "dotnet",
            [program, "migrate"],
            Settings(bed, database, Readiness.FreeAddress()),
            bed.LogOf("migrate"),
            Path.GetDirectoryName(program)!))
        {
            await migrate.FinishAsync(ct);
        }

        await OurSeed.PlantAsync(database, ct);
        return await LaunchAsync(bed, program, database, ct);
    }

    /// <summary>Starts it on a database that is migrated and planted already.</summary>
    public async Task<MeasuredServer> StartOnAsync(TestBed bed, BenchDatabase database, CancellationToken ct) =>
        await LaunchAsync(
            bed,
            await Checkout.PublishAsync(Root, "src/OAuthServer", RuntimeInformation.RuntimeIdentifier, bed, ct),
            database,
            ct);

    private async Task<MeasuredServer> LaunchAsync(
        TestBed bed, string program, BenchDatabase database, CancellationToken ct)
    {
        var address = Readiness.FreeAddress();
        var settings = Settings(bed, database, address);
        var times = new List<TimeSpan>();
        while (true)
        {
            var launch = await Launch.StartAsync(
                program, [], settings, address, Routes, ProxyHeaders, bed.LogOf(Name), ct);
            times.Add(launch.TimeToReady);
            if (times.Count == starts) return await SignedInAsync(launch, address, database, times, ct);
            await launch.Process.DisposeAsync();
        }
    }

    /// <summary>Starts another instance on the database and the keys of one that runs.</summary>
    public async Task<MeasuredServer> StartBesideAsync(MeasuredServer first, TestBed bed, CancellationToken ct)
    {
        var program = await Checkout.PublishAsync(
            Root, "src/OAuthServer", RuntimeInformation.RuntimeIdentifier, bed, ct);
        var address = Readiness.FreeAddress();
        var launch = await Launch.StartAsync(
            program,
            [],
            Settings(bed, first.Database!, address),
            address,
            Routes,
            ProxyHeaders,
            bed.LogOf(Name + "-2"),
            ct);
        return new MeasuredServer(Name + "-2", launch.Process, address, Routes)
        {
            TimesToReady = [launch.TimeToReady],
            Database = first.Database,
            Headers = ProxyHeaders,
        };
    }

    /// <summary>Runs a command of the product with the settings of the server, and waits for its end.</summary>
    /// <exception cref="InvalidOperationException">It refused; the message has its words.</exception>
    public async Task CommandAsync(MeasuredServer server, TestBed bed, CancellationToken ct, params string[] arguments)
    {
        var program = await Checkout.PublishAsync(
            Root, "src/OAuthServer", RuntimeInformation.RuntimeIdentifier, bed, ct);
        await using var command = ChildProcess.Start(
            "dotnet",
            [program, .. arguments],
            Settings(bed, server.Database!, server.Address),
            bed.LogOf("command"),
            Path.GetDirectoryName(program)!);
        await command.FinishAsync(ct);
    }

    private async Task<MeasuredServer> SignedInAsync(
        Launch launch, IPEndPoint address, BenchDatabase database, List<TimeSpan> times, CancellationToken ct)
    {
        try
        {
            var cookies = await new BrowserSignIn(address, ProxyHeaders)
                .SignInAndConsentAsync(OurSeed.Email, OurSeed.Password, AuthorizationRequest.New(openId: true), ct);
            return new MeasuredServer(Name, launch.Process, address, Routes)
            {
                TimesToReady = times,
                Database = database,
                Headers = ProxyHeaders,
                BrowserHeaders = $"Cookie: {cookies}\r\n",
            };
        }
        catch
        {
            await launch.Process.DisposeAsync();
            throw;
        }
    }

    private Dictionary<string, string> Settings(TestBed bed, BenchDatabase database, IPEndPoint address)
    {
        var settings = new Dictionary<string, string>
        {
            ["ASPNETCORE_URLS"] = $"http://{address}",
            ["ASPNETCORE_ENVIRONMENT"] = "Production",
            ["ConnectionStrings__OAuthServer"] = database.ConnectionString,
            ["OAuth__Issuer"] = IssuerIdentifier,
            ["SigningKeys__Source"] = "File",
            ["SigningKeys__Directory"] = Path.GetDirectoryName(bed.KeyPath)!,
            ["ForwardedHeaders__KnownProxies__0"] = "127.0.0.1",
            // Nobody has to look elsewhere when a run ends.
            ["Shutdown__DrainTime"] = "00:00:00",
        };
        foreach (var budget in wideBudgets)
        {
            settings[$"RateLimiting__{budget}__PermitLimit"] = "1000000";
            settings[$"RateLimiting__{budget}__Window"] = "00:01:00";
        }

        foreach (var (key, value) in ImageEnvironment.Read().Concat(More)) settings[key] = value;
        return settings;
    }
}
