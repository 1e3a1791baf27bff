using System.CommandLine;
using OAuthServer.Hosting;
using OAuthServer.Hosting.Development;

namespace OAuthServer.Operators.Doctor;

/// <summary>
/// <c>OAuthServer doctor</c>: looks at everything that a server stands on, and says of each finding what to do. It changes nothing.
/// Exit codes: 0 all is well; 1 there are findings; 2 the configuration is wrong, and every fault is listed.
/// </summary>
internal static class DoctorCommand
{
    private const int Well = 0;
    private const int Found = 1;
    private const int CannotRun = 2;

    /// <param name="configure">More settings and services, for tests.</param>
    public static Command Create(Action<WebApplicationBuilder>? configure = null)
    {
        var json = new Option<bool>("--json") { Description = "Print one JSON object." };
        var probe = new Option<bool>("--probe") { Description = "Also ask for the metadata at the issuer's own address, through DNS, TLS and proxy. Nothing else leaves for the network." };
        var ignore = new Option<string[]>("--ignore") { Description = "The code of a finding that you know and accept; say it once for each.", HelpName = "code", DefaultValueFactory = _ => [] };
        ignore.Validators.Add(given =>
        {
            foreach (var id in given.Tokens.Select(token => token.Value).Where(id => !FindingIds.Exists(id))) given.AddError($"--ignore: there is no finding '{id}'. docs/operations/doctor.md has them all.");
        });
        var command = new Command("doctor", "Check issuer, proxies, database, schema, keys, clients and clocks, and say what to do. Exit code 0: all is well; 1: findings; 2: the configuration is wrong.")
        {
            json, probe, ignore,
        };
        command.SetAction(async (parsed, ct) =>
        {
            await using var patient = await DoctorPatient.FindAsync(parsed.GetValue(probe), configure);
            var output = new DoctorOutput(patient.Environment, parsed.GetValue(json), parsed.InvocationConfiguration);
            if (patient.Faults.Count > 0)
            {
                await output.WriteAsync(patient.Faults, CannotRun);
                return CannotRun;
            }

            var report = await patient.Examiner.RunAsync(parsed.GetValue(ignore)!.ToHashSet(StringComparer.Ordinal), ct);
            var code = report.IsWell ? Well : Found;
            await output.WriteAsync(report, code);
            return code;
        });
        return command;
    }

    /// <summary>The services of a server that is not started, made from the same settings as the real one.</summary>
    private sealed class DoctorPatient : IAsyncDisposable
    {
        private readonly DevelopmentDatabase _database;
        private readonly ServiceProvider? _services;

        private DoctorPatient(DevelopmentDatabase database, ServiceProvider? services, string environment, IReadOnlyList<string> faults) =>
            (_database, _services, Environment, Faults) = (database, services, environment, faults);

        public string Environment { get; }

        public IReadOnlyList<string> Faults { get; }

        public Examiner Examiner => _services!.GetRequiredService<Examiner>();

        public static async Task<DoctorPatient> FindAsync(bool probe, Action<WebApplicationBuilder>? configure)
        {
            var builder = WebApplication.CreateBuilder([]);
            configure?.Invoke(builder);
            // In Development the private PostgreSQL is part of what a server stands on; with settings of a test it is not.
            var database = configure is null ? await DevelopmentDatabase.StartAsync([], quiet: true) : new DevelopmentDatabase();
            if (database.Fault is { } missing) return new(database, null, builder.Environment.EnvironmentName, [missing]);
            database.Configure(builder.Configuration);
            builder.Services.AddServer(builder.Configuration).AddDoctor(probe);
            // What it has to say is its output; a line of the log between would be no JSON any more.
            builder.Services.AddSingleton<ILoggerFactory>(new LoggerFactory());
            var services = builder.Services.BuildServiceProvider();
            return new(database, services, builder.Environment.EnvironmentName, ConfigurationFaults.Of(services));
        }

        public async ValueTask DisposeAsync()
        {
            if (_services is not null) await _services.DisposeAsync();
            await _database.DisposeAsync();
        }
    }
}
