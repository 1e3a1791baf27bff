using System.Threading.Channels;
using Microsoft.Extensions.Options;
using OAuthServer.Settings;

namespace OAuthServer.Keys;

/// <summary>
/// Keeps the ring like the store: loads at start, then polls. While the store is down a running instance keeps its
/// keys, a cold one stays live and not ready, and both ask again with growing waits and log why each time.
/// <see cref="Ask"/> ends a wait early.
/// </summary>
internal sealed partial class KeyRefresher(
    KeyRing ring,
    IKeySource source,
    IServerSecretSource secrets,
    IOptions<SigningKeyOptions> options,
    TimeProvider clock,
    ILogger<KeyRefresher> logger) : BackgroundService
{
    /// <summary>
    /// How long start-up waits for the first answer; enough for files, and no outage holds it longer.
    /// </summary>
    public static readonly TimeSpan StartupPatience = TimeSpan.FromSeconds(3);

    /// <summary>
    /// The longest wait between two attempts while the store is down, unless the poll interval is shorter.
    /// </summary>
    public static readonly TimeSpan LongestBackOff = TimeSpan.FromMinutes(1);

    // One place: whoever asks again before the store was read is served by the same reading.
    private readonly Channel<bool> _asked = Channel.CreateBounded<bool>(1);
    private Task<bool>? _first;
    private string _reportedFaults = "";

    /// <summary>
    /// Has the store read at once, whatever is waited for. The log says what was found, also when nothing changed.
    /// </summary>
    public void Ask() => _asked.Writer.TryWrite(true);

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        // Not tied to the token of start-up: when patience ends, the attempt goes on in the background.
        _first = Task.Run(() => RefreshAsync(0, CancellationToken.None), CancellationToken.None);
        try
        {
            await _first.WaitAsync(StartupPatience, clock, cancellationToken);
        }
        catch (TimeoutException)
        {
            LogSlow(source.Place);
        }

        await base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var loaded = await (_first ?? Task.FromResult(false)).WaitAsync(stoppingToken);
        for (var failures = loaded ? 0 : 1; ;)
        {
            var wait = failures == 0 ? Jitter.Around(options.Value.PollInterval) : BackOff(failures);
            var asked = await AskedWithinAsync(wait, stoppingToken);
            failures = await RefreshAsync(failures, stoppingToken) ? 0 : failures + 1;
            if (asked && failures == 0) LogAsked(Describe(ring.Current!), source.Place);
        }
    }

    // Waits, at most until somebody asks. True when somebody did.
    private async Task<bool> AskedWithinAsync(TimeSpan wait, CancellationToken ct)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var asked = _asked.Reader.ReadAsync(over.Token).AsTask();
        await Task.WhenAny(Task.Delay(wait, clock, over.Token), asked);
        await over.CancelAsync();
        ct.ThrowIfCancellationRequested();

        // Asked in the last moment of the wait counts: the reading that follows answers it.
        await ((Task)asked).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return asked.IsCompletedSuccessfully;
    }

    // One attempt. True when the ring is now like the store; false, with the reason logged, when not.
    private async Task<bool> RefreshAsync(int failuresBefore, CancellationToken ct)
    {
        try
        {
            var stored = await source.ReadAsync(ct);
            // While there are keys in the ring, an empty store is one that was lost.
            if (source.MakesFirstKey && ring.Current is null && stored is { Keys.IsEmpty: true, Faults.IsEmpty: true })
            {
                await source.AddAsync(SigningKey.GeneratePem(), onlyFirst: true, ct);
                stored = await source.ReadAsync(ct);
            }

            ReportFaults(stored);
            if (ring.Replace(stored, await ReadSecretsAsync(ct))) LogChanged(Describe(ring.Current!), source.Place);
            else if (failuresBefore > 0) LogRecovered(source.Place);
            ring.Fault = null;
            return true;
        }
        catch (Exception failure) when (!ct.IsCancellationRequested)
        {
            // Whatever it was, the loop must go on: nothing else gives a key to an instance that has none.
            var kind = failure is KeyStoreException ? "" : failure.GetType().Name + ": ";
            var reason = kind + failure.Message;
            ring.Fault = reason;
            if (ring.Current is null) LogNoKey(source.Place, reason, failuresBefore + 1);
            else LogStale(source.Place, reason, failuresBefore + 1);
            return false;
        }
    }

    private async Task<ServerSecrets> ReadSecretsAsync(CancellationToken ct)
    {
        var read = await secrets.ReadAsync(ct);
        if (read is null && source.MakesFirstKey && ring.Current is null)
        {
            await secrets.AddFirstAsync(ServerSecret.Generate(), ct);
            read = await secrets.ReadAsync(ct);
        }

        return read ?? throw new KeyStoreException(
            $"there is no server secret in {secrets.Place}; make one with: OAuthServer keys generate");
    }

    private TimeSpan BackOff(int failures)
    {
        var longest = options.Value.PollInterval < LongestBackOff ? options.Value.PollInterval : LongestBackOff;
        var step = TimeSpan.FromSeconds(1 << Math.Min(failures - 1, 10));
        return Jitter.Within(step < longest ? step : longest);
    }

    private void ReportFaults(StoredKeys stored)
    {
        var faults = string.Join("; ", stored.Faults);
        if (faults.Length > 0 && faults != _reportedFaults) LogUnusable(source.Place, faults);
        _reportedFaults = faults;
    }

    private static string Describe(KeyRingSnapshot snapshot) =>
        string.Join(", ", snapshot.Published.Select(key => $"{key.Stage} {key.KeyId}"));

    [LoggerMessage(5001, LogLevel.Information, "Signing keys are now: {Keys} (from {Place})")]
    private partial void LogChanged(string keys, string place);

    [LoggerMessage(5002, LogLevel.Information, "The key store answers again: {Place}")]
    private partial void LogRecovered(string place);

    [LoggerMessage(5003, LogLevel.Error,
        "No signing key, so no token can be issued and this instance is not ready. {Place}: {Reason} (attempt "
        + "{Attempt}, trying again)")]
    private partial void LogNoKey(string place, string reason, int attempt);

    [LoggerMessage(5004, LogLevel.Warning,
        "Signing keys could not be refreshed; the loaded ones stay in use. {Place}: {Reason} (attempt {Attempt}, "
        + "trying again)")]
    private partial void LogStale(string place, string reason, int attempt);

    [LoggerMessage(5005, LogLevel.Warning, "A stored key cannot be used and is left out. {Place}: {Faults}")]
    private partial void LogUnusable(string place, string faults);

    [LoggerMessage(5006, LogLevel.Warning,
        "The key store has not answered yet; starting without a signing key. {Place}")]
    private partial void LogSlow(string place);

    [LoggerMessage(5007, LogLevel.Information, "Asked to read the signing keys again. In use: {Keys} (from {Place})")]
    private partial void LogAsked(string keys, string place);
}
