#if LOCAL_POSTGRES
using OAuthServer.LocalPostgres;
#endif

namespace OAuthServer.Hosting.Development;

/// <summary>
/// The database of a Development host that has none configured: a private PostgreSQL under <c>.data</c>, stopped with
/// the host. Outside Development, or with a connection string, this does nothing. What is published has none.
/// </summary>
internal sealed class DevelopmentDatabase : IAsyncDisposable
{
    private readonly Dictionary<string, string?> _settings = [];
    private IAsyncDisposable? _server;

    /// <summary>Why there is no database, in words for the person at the terminal; null when there is one.</summary>
    public string? Fault { get; private set; }

    /// <summary>Starts it if it is needed.</summary>
    /// <param name="args">The arguments of the host, which may hold settings.</param>
    /// <param name="quiet">True where standard output belongs to what a command prints.</param>
    public static async Task<DevelopmentDatabase> StartAsync(string[] args, bool quiet = false)
    {
        // The same sources as the host's, read once before the host exists.
        var probe = WebApplication.CreateEmptyBuilder(new() { Args = args, EnvironmentName = EnvironmentName() });
        probe.Configuration
            .AddJsonFile("appsettings.json", optional: true)
            .AddJsonFile($"appsettings.{probe.Environment.EnvironmentName}.json", optional: true)
            .AddEnvironmentVariables()
            .AddCommandLine(args);
        var root = probe.Environment.ContentRootPath;
        if (!probe.Environment.IsDevelopment()) return new();

        var database = new DevelopmentDatabase();
        if (KeyFolder(probe.Configuration, probe.Environment) is { } keys)
            database._settings["SigningKeys:Directory"] = keys;
        if (!string.IsNullOrEmpty(probe.Configuration.GetConnectionString("OAuthServer"))) return database;

        var start = await StartPrivateAsync(Path.Combine(DataFolder(root), "postgres"), quiet);
        (database._server, database.Psql, database.Fault) = (start.Server, start.Psql, start.Fault);
        if (start.Connection is { } connection) database._settings["ConnectionStrings:OAuthServer"] = connection;
        return database;
    }

    /// <summary>How to reach it; null when it is not there, or not needed.</summary>
    public string? ConnectionString => _settings.GetValueOrDefault("ConnectionStrings:OAuthServer");

    /// <summary>Where the keys of Development are when nothing is configured; null elsewhere.</summary>
    public static string? KeyFolder(IConfiguration configuration, IHostEnvironment environment) =>
        environment.IsDevelopment() && configuration["SigningKeys:Directory"] is null
            ? Path.Combine(DataFolder(environment.ContentRootPath), "keys")
            : null;

    /// <summary>The command that opens it in psql; null when it is not the private one.</summary>
    public string? Psql { get; private set; }

    /// <summary>Tells the host where the database and the keys are.</summary>
    public void Configure(IConfigurationBuilder configuration) => configuration.AddInMemoryCollection(_settings);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_server is not null) await _server.DisposeAsync();
    }

#if LOCAL_POSTGRES
    // Where a person finds it again at every start, beside the server's 5080.
    private const int Port = 5480;

    private static async Task<PrivateDatabase> StartPrivateAsync(string directory, bool quiet)
    {
        // The host and its log do not exist yet.
        using var loggers = LoggerFactory.Create(logging =>
        {
            if (!quiet) logging.AddSimpleConsole(console => console.SingleLine = true);
        });
        var logger = loggers.CreateLogger("PostgreSQL");
        return await PrivatePostgres.StartAsync(new() { Directory = directory, Port = Port }, logger) switch
        {
            PrivatePostgresStart.Started { Server: var server } =>
                new(server, server.ConnectionString, null) { Psql = server.Psql },
            PrivatePostgresStart.NotInstalled missing => new(null, null, missing.Message),
            PrivatePostgresStart.Failed failed => new(null, null, failed.Message),
            _ => throw new InvalidOperationException("PostgreSQL neither started nor failed."),
        };
    }
#else
    private const string NoDatabase =
        """
        No database is configured, and what is published starts none of its own. Either of these gives you one:
          Your own         set ConnectionStrings__OAuthServer
          Docker           docker compose up, in the checkout
        """;

    private static Task<PrivateDatabase> StartPrivateAsync(string directory, bool quiet) =>
        Task.FromResult(new PrivateDatabase(null, null, NoDatabase));
#endif

    // Beside the solution of a checkout, or below the content root when there is none.
    private static string DataFolder(string contentRoot)
    {
        for (var folder = new DirectoryInfo(contentRoot); folder is not null; folder = folder.Parent)
        {
            if (folder.Exists && folder.EnumerateFiles("*.sln").Any()) return Path.Combine(folder.FullName, ".data");
        }

        return Path.Combine(Path.GetFullPath(contentRoot), ".data");
    }

    private static string? EnvironmentName()
    {
        var variables = new ConfigurationBuilder().AddEnvironmentVariables().Build();
        return variables["ASPNETCORE_ENVIRONMENT"] ?? variables["DOTNET_ENVIRONMENT"];
    }

    // Either the server and how to reach it, or why there is none.
    private sealed record PrivateDatabase(IAsyncDisposable? Server, string? Connection, string? Fault)
    {
        /// <summary>How to look into it.</summary>
        public string? Psql { get; init; }
    }
}
