using OAuthServer.LocalPostgres;

namespace OAuthServer.Hosting.Development;

/// <summary>
/// The database of a Development host that has none configured: a private PostgreSQL under <c>.data</c>, stopped with the
/// host. Outside Development, or with a connection string, this does nothing.
/// </summary>
internal sealed class DevelopmentDatabase : IAsyncDisposable
{
    private readonly Dictionary<string, string?> _settings = [];
    private PrivatePostgres? _server;

    /// <summary>Why there is no database, in words for the person at the terminal; null when there is one.</summary>
    public string? Fault { get; private init; }

    /// <summary>Starts it if it is needed.</summary>
    /// <param name="args">The arguments of the host, which may hold settings.</param>
    /// <param name="quiet">True where standard output belongs to what a command prints.</param>
    public static async Task<DevelopmentDatabase> StartAsync(string[] args, bool quiet = false)
    {
        // The same sources as the host's, read once before the host exists.
        var probe = WebApplication.CreateEmptyBuilder(new() { Args = args, EnvironmentName = EnvironmentName() });
        probe.Configuration.AddJsonFile("appsettings.json", optional: true)
            .AddJsonFile($"appsettings.{probe.Environment.EnvironmentName}.json", optional: true).AddEnvironmentVariables().AddCommandLine(args);
        var root = probe.Environment.ContentRootPath;
        if (!probe.Environment.IsDevelopment()) return new();

        var database = new DevelopmentDatabase();
        var data = Path.GetDirectoryName(PrivatePostgresOptions.DirectoryFor(root))!;
        if (probe.Configuration["SigningKeys:Directory"] is null) database._settings["SigningKeys:Directory"] = Path.Combine(data, "keys");
        if (!string.IsNullOrEmpty(probe.Configuration.GetConnectionString("OAuthServer"))) return database;

        // The host and its log do not exist yet.
        using var loggers = LoggerFactory.Create(logging =>
        {
            if (!quiet) logging.AddSimpleConsole(console => console.SingleLine = true);
        });
        switch (await PrivatePostgres.StartAsync(new() { Directory = PrivatePostgresOptions.DirectoryFor(root) }, loggers.CreateLogger("PostgreSQL")))
        {
            case PrivatePostgresStart.Started started:
                database._server = started.Server;
                database._settings["ConnectionStrings:OAuthServer"] = started.Server.ConnectionString;
                return database;
            case PrivatePostgresStart.NotInstalled missing: return new() { Fault = missing.Message };
            case PrivatePostgresStart.Failed failed: return new() { Fault = failed.Message };
            default: throw new InvalidOperationException("PostgreSQL neither started nor failed.");
        }
    }

    /// <summary>Tells the host where the database and the keys are.</summary>
    public void Configure(IConfigurationBuilder configuration) => configuration.AddInMemoryCollection(_settings);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_server is not null) await _server.DisposeAsync();
    }

    private static string? EnvironmentName()
    {
        var variables = new ConfigurationBuilder().AddEnvironmentVariables().Build();
        return variables["ASPNETCORE_ENVIRONMENT"] ?? variables["DOTNET_ENVIRONMENT"];
    }
}
