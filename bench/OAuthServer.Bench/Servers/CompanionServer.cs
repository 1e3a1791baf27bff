using System.Net;

namespace OAuthServer.Bench.Servers;

/// <summary>A host of <c>bench/</c> beside ours: it makes its own schema and seeds the client at its start.</summary>
internal sealed class CompanionServer(string name, string folder, ServerRoutes routes) : IServerStarter
{
    /// <summary>
    /// The least that a refresh can cost on this stack, and its parts alone: no checks, no authorization server.
    /// </summary>
    public static CompanionServer Floor { get; } = new("floor", "bench/floor", new("/ready")
    {
        Session = "/floor/sign-in",
        Authorize = "/floor/authorize",
        Token = "/floor/token",
        Refresh = "/floor/refresh",
        FirstRefreshToken = "/floor/start",
        ClientCredentials = "/floor/client-credentials",
        Echo = "/floor/echo",
        Static = "/floor/static",
        // In the places of ours, so that each is measured beside the document that it is held against.
        Metadata = "/floor/static",
        Keys = "/floor/static",
        Sign = "/floor/sign",
        Statement = "/floor/statement",
    });

    /// <summary>The nearest relative, on the same stack.</summary>
    public static CompanionServer OpenIddict { get; } = new("openiddict", "bench/peers/OpenIddict", new("/ready")
    {
        Authorize = "/connect/authorize",
        Token = "/connect/token",
        Refresh = "/connect/token",
        Revoke = "/connect/revoke",
    });

    /// <inheritdoc />
    public string Name => name;

    /// <inheritdoc />
    public ServerRoutes Routes => routes;

    private static async Task<string> CookieAsync(IPEndPoint address, string route, CancellationToken ct)
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseCookies = false })
        {
            BaseAddress = new Uri($"http://{address}"),
        };
        using var answer = await http.GetAsync(new Uri(route, UriKind.Relative), ct);
        return $"Cookie: {answer.Headers.GetValues("Set-Cookie").Single().Split(';')[0]}\r\n";
    }

    /// <inheritdoc />
    public async Task<MeasuredServer> StartAsync(
        TestBed bed, IReadOnlyList<MeasuredServer> running, CancellationToken ct)
    {
        var program = await Checkout.PublishAsync(folder, null, bed, ct);
        var database = await bed.CreateDatabaseAsync("bench_" + name, ct);
        var address = Readiness.FreeAddress();
        var launch = await Launch.StartAsync(
            program, ["--urls", $"http://{address}", "--connection", database.ConnectionString, "--key", bed.KeyPath],
            new Dictionary<string, string> { ["ASPNETCORE_ENVIRONMENT"] = "Production" },
            address,
            routes,
            "",
            bed.LogOf(name),
            ct);
        return new MeasuredServer(name, launch.Process, address, routes)
        {
            TimesToReady = [launch.TimeToReady],
            Database = database,
            BrowserHeaders = routes.Session is { } session ? await CookieAsync(address, session, ct) : "",
        };
    }
}
