using OAuthServer.Storage;

namespace OAuthServer.Hosting.Development;

/// <summary>
/// A start outside Development warns of what a Development start left in its database. It looks once the server
/// listens, holds nobody up, only reads what serving reads too, and looks again later when the database is away.
/// </summary>
internal sealed partial class DemoWarning(
    DemoAccess demo,
    IHostEnvironment environment,
    IHostApplicationLifetime lifetime,
    TimeProvider clock,
    ILogger<DemoWarning> logger) : BackgroundService
{
    /// <summary>The log events of the two.</summary>
    internal const int PersonEvent = 7011;
    internal const int ClientsEvent = 7012;

    /// <summary>The rest before it looks again.</summary>
    internal static readonly TimeSpan Pause = TimeSpan.FromMinutes(1);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (environment.IsDevelopment()) return;
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var listening = lifetime.ApplicationStarted.Register(started.SetResult);
        await started.Task.WaitAsync(stoppingToken);
        while (!await TryLookAsync(stoppingToken)) await Task.Delay(Pause, clock, stoppingToken);
    }

    private async Task<bool> TryLookAsync(CancellationToken ct)
    {
        try
        {
            var (clients, person) = (await demo.ClientsAsync(ct), await demo.HasPersonAsync(ct));
            if (person) LogPerson(DemoSeed.Email);
            if (clients.Count > 0) LogClients(string.Join(", ", clients));
            return true;
        }
        catch (Exception outage) when (!ct.IsCancellationRequested && DatabaseFailure.Is(outage))
        {
            return false;
        }
    }

    [LoggerMessage(PersonEvent, LogLevel.Warning,
        "{Email} can sign in with the password of the demo, which everybody knows. Disable the account: "
        + "UPDATE accounts SET disabled_at = now() WHERE email = '…'")]
    private partial void LogPerson(string email);

    [LoggerMessage(ClientsEvent, LogLevel.Warning,
        "Everybody knows the secret of these clients, which is the one of the demo or of the examples: {Clients}. Give "
        + "each another one (OAuthServer clients rotate-secret), or disable it.")]
    private partial void LogClients(string clients);
}
