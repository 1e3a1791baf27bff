namespace OAuthServer.Bench.Servers;

/// <summary>
/// An API that accepts our server's tokens: by our bearer library, or as <paramref name="arguments"/> tell it.
/// </summary>
internal sealed class ApiServer(params string[] arguments) : IServerStarter
{
    public const string ServerName = "api";

    /// <inheritdoc />
    public string Name => ServerName;

    /// <inheritdoc />
    public ServerRoutes Routes { get; } = new("/ready") { Protected = "/notes" };

    /// <inheritdoc />
    public async Task<MeasuredServer> StartAsync(
        TestBed bed, IReadOnlyList<MeasuredServer> running, CancellationToken ct)
    {
        var issuer = running.FirstOrDefault(server => server.Name == OurServer.ServerName)
            ?? throw new InvalidOperationException("The API takes our server's tokens: measure both.");
        var program = await Checkout.PublishAsync("bench/api", null, bed, ct);
        var address = Readiness.FreeAddress();
        var launch = await Launch.StartAsync(
            program,
            [
                "--urls",
                $"http://{address}",
                "--issuer",
                OurServer.IssuerIdentifier,
                "--server",
                $"http://{issuer.Address}",
                .. arguments,
            ],
            new Dictionary<string, string> { ["ASPNETCORE_ENVIRONMENT"] = "Production" },
            address,
            Routes,
            "",
            bed.LogOf(Name),
            ct);
        return new MeasuredServer(Name, launch.Process, address, Routes)
        {
            TimesToReady = [launch.TimeToReady],
            Issuer = issuer,
        };
    }
}
