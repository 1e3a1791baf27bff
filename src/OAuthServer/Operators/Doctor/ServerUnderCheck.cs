using OAuthServer.Hosting;
using OAuthServer.Hosting.Development;

namespace OAuthServer.Operators.Doctor;

/// <summary>The services of a server that is not started, made from the same settings as the real one.</summary>
internal sealed class ServerUnderCheck : IAsyncDisposable
{
    private readonly DevelopmentDatabase _database;
    private readonly ServiceProvider? _services;

    private ServerUnderCheck(
        DevelopmentDatabase database, ServiceProvider? services, string environment, IReadOnlyList<string> faults) =>
        (_database, _services, Environment, Faults) = (database, services, environment, faults);

    public string Environment { get; }

    /// <summary>Why no server can start with these settings; empty when it can.</summary>
    public IReadOnlyList<string> Faults { get; }

    /// <summary>Runs the checks; only when there are no faults.</summary>
    public CheckRunner Checks => _services!.GetRequiredService<CheckRunner>();

    /// <param name="probe">Whether the issuer's own address is asked.</param>
    /// <param name="configure">More settings and services, for tests.</param>
    public static async Task<ServerUnderCheck> CreateAsync(bool probe, Action<WebApplicationBuilder>? configure)
    {
        var builder = SettingsOnce.CreateBuilder();
        configure?.Invoke(builder);
        // In Development a server has the private PostgreSQL; with the settings of a test it has not.
        var database = configure is null
            ? await DevelopmentDatabase.StartAsync([], quiet: true)
            : new DevelopmentDatabase();
        var environment = builder.Environment.EnvironmentName;
        if (database.Fault is { } missing) return new(database, null, environment, [missing]);
        database.Configure(builder.Configuration);
        builder.Services.AddServer(builder.Configuration).AddDoctor(probe);
        // What the doctor has to say is its output; a line of the log between would make it unreadable as JSON.
        builder.Services.AddSingleton<ILoggerFactory>(new LoggerFactory());
        var services = builder.Services.BuildServiceProvider();
        return new(database, services, environment, ConfigurationFaults.Shown(services));
    }

    public async ValueTask DisposeAsync()
    {
        if (_services is not null) await _services.DisposeAsync();
        await _database.DisposeAsync();
    }
}
