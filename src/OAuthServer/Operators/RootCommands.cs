using System.CommandLine;
using Microsoft.Extensions.Options;
using OAuthServer.Audit;
using OAuthServer.Clients;
using OAuthServer.Keys;
using OAuthServer.Operators.Audit;
using OAuthServer.Operators.Clients;
using OAuthServer.Operators.Doctor;
using OAuthServer.Operators.Keys;

namespace OAuthServer.Operators;

/// <summary>The operator's commands: <c>migrate</c>, <c>keys</c>, <c>clients</c>, <c>audit</c> and <c>doctor</c>. Without one the server runs.</summary>
internal static class RootCommands
{
    // Not 1, which tells of a finding.
    private const int Misused = 2;

    private static readonly string[] Names = ["migrate", "keys", "clients", "audit", "doctor", "--help", "-h", "-?", "--version"];

    /// <summary>True when the arguments name a command; settings such as <c>--urls</c> do not.</summary>
    public static bool Handles(string[] args) => args.Length > 0 && Names.Contains(args[0], StringComparer.Ordinal);

    /// <summary>Runs a command and returns its exit code.</summary>
    public static async Task<int> RunAsync(string[] args)
    {
        // Settings come from the same files and variables as the server's.
        var builder = WebApplication.CreateBuilder([]);
        var environment = new ConfigurationBuilder().AddEnvironmentVariables().Build();
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddKeyKeeper(ConnectionString());
        builder.Services.AddSigningKeys(builder.Configuration);
        builder.Services.AddClientSecrets(builder.Configuration);
        builder.Services.AddAuditOptions(builder.Configuration);
        await using var services = builder.Services.BuildServiceProvider();
        var root = new RootCommand("An OAuth 2.0 authorization server. Without a command it serves.")
        {
            MigrateCommand.Create(ConnectionString),
            KeysCommand.Create(services.GetRequiredService<KeyKeeper>, TimeProvider.System),
            ClientsCommand.Create(new ClientsContext(ConnectionString, Secrets, builder.Configuration, Variable, TimeProvider.System), Secrets),
            new AuditCommand(ConnectionString, () => services.GetRequiredService<IOptions<AuditOptions>>().Value, TimeProvider.System).Create(),
            DoctorCommand.Create(),
        };
        var parsed = root.Parse(args);
        var code = await parsed.InvokeAsync();
        return parsed.Errors.Count == 0 ? code : ClientsCommand.Misused(parsed) ?? Misused;

        // The framework's way to read them writes a colon for two underscores.
        string? Variable(string name) => environment[name.Replace("__", ":", StringComparison.Ordinal)];
        ClientSecretOptions Secrets() => services.GetRequiredService<IOptions<ClientSecretOptions>>().Value;
        string? ConnectionString() => builder.Configuration.GetConnectionString("OAuthServer");
    }
}
