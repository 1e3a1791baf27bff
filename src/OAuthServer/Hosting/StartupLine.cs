using System.Globalization;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Options;
using OAuthServer.Keys;
using OAuthServer.Settings;
using OAuthServer.Storage.Schema;

namespace OAuthServer.Hosting;

/// <summary>
/// One line that says what started: the first thing to look at when something is wrong. It is written once the server
/// listens, holds nobody up, and says so when the database or the key store is away.
/// </summary>
internal sealed partial class StartupLine(
    StartupFacts facts, IHostEnvironment environment, IHostApplicationLifetime lifetime, ILogger<StartupLine> logger)
    : BackgroundService
{
    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var listening = lifetime.ApplicationStarted.Register(started.SetResult);
        await started.Task.WaitAsync(stoppingToken);
        if (!logger.IsEnabled(LogLevel.Information)) return;
        var schema = await facts.SchemaAsync(stoppingToken);
        var (version, name) = (ServerVersion.Text, environment.EnvironmentName);
        LogStarted(version, name, facts.Issuer, facts.Addresses, facts.Proxies, facts.Database, schema, facts.Key);
    }

    [LoggerMessage(7008, LogLevel.Information,
        "OAuthServer {Version} ({Environment}) is {Issuer}, listens on {Addresses}, trusts the proxies {Proxies}, "
        + "database {Database}, schema {Schema}, signing key {SigningKey}")]
    private partial void LogStarted(
        string version,
        string environment,
        string issuer,
        string addresses,
        string proxies,
        string database,
        string schema,
        string signingKey);
}

/// <summary>What the line at the start says.</summary>
internal sealed class StartupFacts(
    ServerAddress address,
    IServer server,
    IOptions<TrustedProxyOptions> trusted,
    DatabaseStanding database,
    KeyRing ring,
    TimeProvider clock)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>The issuer.</summary>
    public string Issuer => address.Issuer;

    /// <summary>Where the server really listens.</summary>
    public string Addresses => List(server.Features.Get<IServerAddressesFeature>()?.Addresses ?? []);

    /// <summary>Whose forwarded headers are believed.</summary>
    public string Proxies => List([.. trusted.Value.KnownProxies, .. trusted.Value.KnownNetworks]);

    /// <summary>How to look into the database: the command that opens it, which has no password in it.</summary>
    public string Database => database.Psql;

    /// <summary>The key that signs and its age, or why there is none.</summary>
    public string Key => ring.Current is { } keys
        ? $"{keys.Signing.KeyId} ({Age(keys.Published.First(key => key.Stage == KeyStage.Current).CreatedAt)})"
        : $"none yet: {ring.Fault ?? "the key store has not answered"}";

    /// <summary>The last migration and what is missing, or that the database is away.</summary>
    public async Task<string> SchemaAsync(CancellationToken ct)
    {
        using var patience = new CancellationTokenSource(Patience, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, ct);
        try
        {
            return await database.SchemaAsync(either.Token);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return "unknown: the database does not answer";
        }
    }

    private static string List(ICollection<string> items) => items.Count == 0 ? "none" : string.Join(", ", items);

    private string Age(DateTimeOffset? created) => created is { } made
        ? string.Create(CultureInfo.InvariantCulture, $"{(clock.GetUtcNow() - made).TotalDays:0} days old")
        : "of unknown age";
}
