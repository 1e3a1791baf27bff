using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;
using OAuthServer.Accounts;
using OAuthServer.Accounts.External;
using OAuthServer.Audit;
using OAuthServer.Clients;
using OAuthServer.Hosting;
using OAuthServer.Hosting.Development;
using OAuthServer.Keys;
using OAuthServer.Settings;
using OAuthServer.Storage;

namespace OAuthServer.Operators;

/// <summary>
/// The settings of commands, from the same files and variables as the server's. Each part is judged when it is asked
/// for: a command reports what is wrong with the settings that it needs, and runs in spite of others.
/// </summary>
internal sealed class CommandSettings : IAsyncDisposable
{
    private const string NoDatabase = "No database is configured: set ConnectionStrings__OAuthServer.";

    private readonly IConfiguration _configuration;
    private readonly IConfiguration _variables;
    private readonly ServiceProvider _services;
    private DevelopmentDatabase? _development;

    /// <param name="configuration">All settings.</param>
    /// <param name="environment">Development or not, and where relative paths begin.</param>
    /// <param name="clock">The clock of this machine.</param>
    /// <param name="variables">The environment variables, to which a file of clients may refer.</param>
    public CommandSettings(
        IConfiguration configuration, IHostEnvironment environment, TimeProvider clock, IConfiguration variables)
    {
        (_configuration, _variables, Clock) = (configuration, variables, clock);
        var services = new ServiceCollection();
        services.AddSingleton(configuration);
        services.AddSingleton(environment);
        services.AddSingleton(clock);
        services.AddSigningKeys(configuration);
        services.AddPasswordFile(configuration);
        services.AddSingleton<IValidateOptions<SigningKeyOptions>, AwsRegionValidator>();
        services.AddClientSecrets(configuration);
        services.AddAuditOptions(configuration);
        services.AddLogging(logging => logging.AddProvider(new NoticeLogProvider()).AddFilter("System", LogLevel.None));
        services.AddSettings(configuration);
        services.AddPasswordRules(configuration);
        services.AddExternalProviderOptions(configuration);
        _services = services.BuildServiceProvider();
    }

    public TimeProvider Clock { get; }

    /// <exception cref="OptionsValidationException">A setting of the section is wrong.</exception>
    public ClientSecretOptions ClientSecrets => Options<ClientSecretOptions>().Value;

    /// <exception cref="OptionsValidationException">A setting of the section is wrong.</exception>
    public AuditOptions Audit => Options<AuditOptions>().Value;

    /// <summary>The other identity providers, each a way in.</summary>
    /// <exception cref="OptionsValidationException">A setting of the section is wrong.</exception>
    public string[] ProviderIssuers => _services.GetRequiredService<ExternalProviders>().Issuers;

    /// <exception cref="OptionsValidationException">A setting of the section is wrong.</exception>
    public OAuthOptions OAuth => Options<OAuthOptions>().Value;

    /// <exception cref="OptionsValidationException">A setting of the section <c>OAuth</c> is wrong.</exception>
    public ServerAddress Address => _services.GetRequiredService<ServerAddress>();

    /// <summary>Judges a new password.</summary>
    /// <exception cref="OptionsValidationException">A setting of a section that it needs is wrong.</exception>
    public IPasswordValidator<Account> NewPasswords => _services.GetRequiredService<IPasswordValidator<Account>>();

    /// <summary>Makes the hash of a password.</summary>
    public IPasswordHasher<Account> Passwords => _services.GetRequiredService<IPasswordHasher<Account>>();

    public IOptions<SigningKeyOptions> SigningKeys => Options<SigningKeyOptions>();

    /// <exception cref="OptionsValidationException">A setting of the section <c>SigningKeys</c> is wrong.</exception>
    public IKeySource KeySource => _services.GetRequiredService<IKeySource>();

    /// <exception cref="OptionsValidationException">A setting of the section <c>SigningKeys</c> is wrong.</exception>
    public IServerSecretSource ServerSecretSource => _services.GetRequiredService<IServerSecretSource>();

    /// <summary>Where the database is, for messages.</summary>
    public string DatabasePlace => Storage.DatabasePlace.Of(ConnectionString);

    private string? ConnectionString => Connection("OAuthServer") ?? _development?.ConnectionString;

    /// <summary>Reads the settings of this process.</summary>
    public static CommandSettings Read()
    {
        var builder = SettingsOnce.CreateBuilder();
        if (DevelopmentDatabase.KeyFolder(builder.Configuration, builder.Environment) is { } keys)
            builder.Configuration["SigningKeys:Directory"] = keys;
        var variables = new ConfigurationBuilder().AddEnvironmentVariables().Build();
        return new(builder.Configuration, builder.Environment, TimeProvider.System, variables);
    }

    /// <summary>The value of an environment variable; null when there is none.</summary>
    // The framework's way to read them writes a colon for two underscores.
    public string? Variable(string name) => _variables[name.Replace("__", ":", StringComparison.Ordinal)];

    /// <summary>
    /// Opens the database; the first statement connects. In Development it is the server's own, where none is
    /// configured.
    /// </summary>
    /// <exception cref="OptionsValidationException">None is configured, or the connection string cannot be
    /// read.</exception>
    public async Task<OAuthDatabase> OpenDatabaseAsync()
    {
        if (ConnectionString is null) _development = await DevelopmentDatabase.StartAsync([], quiet: true);
        if (string.IsNullOrWhiteSpace(ConnectionString)) throw Fault(_development?.Fault ?? NoDatabase);
        if (ConnectionText.Fault(DatabaseOptions.Key, ConnectionString) is { } unreadable) throw Fault(unreadable);
        string? file = Connection("OAuthServerPasswordFile"), secret = Connection("OAuthServerPasswordSecret");
        if (RotatedPassword.Fault(file, secret, ConnectionString) is { } wrong) throw Fault(wrong);
        return OAuthDatabase.Open(ConnectionString, _services.GetService<IDatabasePassword>());
    }

    /// <summary>A fault of the settings as it is shown: with the value that was found, unless it is a secret.</summary>
    public string Shown(string fault) => SettingText.WithValue(_configuration, fault);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        if (_development is not null) await _development.DisposeAsync();
    }

    private string? Connection(string name) =>
        _configuration.GetConnectionString(name) is { Length: > 0 } configured ? configured : null;

    private IOptions<T> Options<T>()
        where T : class => _services.GetRequiredService<IOptions<T>>();

    private static OptionsValidationException Fault(string sentence) =>
        new("", typeof(DatabaseOptions), [sentence]);
}
