using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;
using OAuthServer.Keys;
using OAuthServer.Testing;

namespace OAuthServer.UnitTests.Keys;

public sealed class KeyRefresherTests : IAsyncDisposable
{
    private readonly WaitingClock _clock = new();
    private readonly ScriptedKeySource _store = new();
    private readonly ScriptedSecretSource _secrets = new();
    private readonly RecordedLog<KeyRefresher> _log = new();
    private readonly SigningKeyOptions _options = new();
    private readonly KeyRing _ring;
    private readonly KeyRefresher _refresher;

    public KeyRefresherTests()
    {
        _ring = new KeyRing(Options.Create(_options), _clock);
        _refresher = new KeyRefresher(_ring, _store, _secrets, Options.Create(_options), _clock, _log);
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await _refresher.StopAsync(CancellationToken.None);
        _refresher.Dispose();
    }

    [Fact]
    public async Task A_store_that_answers_has_filled_the_ring_when_start_up_is_over()
    {
        _store.Answer = () => Task.FromResult(TestKeys.Stored(current: 0));

        await _refresher.StartAsync(Cancel);

        Assert.Equal(TestKeys.KeyId(0), _ring.Current?.Signing.KeyId);
        Assert.Equal(HealthStatus.Healthy, await HealthAsync());
    }

    [Fact]
    public async Task The_store_is_polled_within_a_tenth_of_the_interval()
    {
        _store.Answer = () => Task.FromResult(TestKeys.Stored(current: 0));
        await _refresher.StartAsync(Cancel);

        for (var turn = 0; turn < 10; turn++)
            Assert.InRange(await _clock.PassAsync(), _options.PollInterval * 0.9, _options.PollInterval * 1.1);
    }

    [Fact]
    public async Task A_rotation_in_the_store_arrives_with_the_next_poll()
    {
        _store.Answer = () => Task.FromResult(TestKeys.Stored(current: 0, pending: 1));
        await _refresher.StartAsync(Cancel);
        _store.Answer = () => Task.FromResult(TestKeys.Stored(current: 1, previous: 0));

        await _clock.PassAsync();
        await _clock.NextAsync();

        Assert.Equal(TestKeys.KeyId(1), _ring.Current?.Signing.KeyId);
        Assert.Equal(
            [
                $"Signing keys are now: Current {TestKeys.KeyId(0)}, Pending {TestKeys.KeyId(1)} (from scripted store)",
                $"Signing keys are now: Current {TestKeys.KeyId(1)}, Previous {TestKeys.KeyId(0)} (from scripted "
                    + "store)",
            ],
            _log.Texts);
    }

    [Fact]
    public async Task A_cold_start_without_a_store_is_live_and_not_ready_and_recovers_by_itself()
    {
        await _refresher.StartAsync(Cancel);
        Assert.Null(_ring.Current);
        Assert.Equal(HealthStatus.Unhealthy, await HealthAsync());

        await _clock.PassAsync();
        _store.Answer = () => Task.FromResult(TestKeys.Stored(current: 0));
        await _clock.PassAsync();
        await _clock.NextAsync();

        Assert.NotNull(_ring.Current);
        Assert.Equal(HealthStatus.Healthy, await HealthAsync());
    }

    [Fact]
    public async Task Waits_double_while_the_store_is_down_up_to_a_minute_and_each_attempt_is_logged_once()
    {
        await _refresher.StartAsync(Cancel);

        foreach (var step in (int[])[1, 2, 4, 8, 16, 32, 60, 60, 60])
            Assert.InRange(await _clock.PassAsync(), TimeSpan.FromSeconds(step / 2.0), TimeSpan.FromSeconds(step));
        await _clock.NextAsync();

        Assert.Equal(10, _store.Reads);
        var told = _log.Texts.Where(line => line.Contains("the store is down", StringComparison.Ordinal)).ToList();
        Assert.Equal(10, told.Count);
        Assert.All(
            told.Index(), line => Assert.Contains($"(attempt {line.Index + 1},", line.Item, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_running_instance_keeps_its_key_for_days_without_the_store()
    {
        _store.Answer = () => Task.FromResult(TestKeys.Stored(current: 0));
        await _refresher.StartAsync(Cancel);
        _store.Answer = () => throw new KeyStoreException("the store is down");

        var down = _clock.GetUtcNow();
        while (_clock.GetUtcNow() - down < TimeSpan.FromHours(72)) await _clock.PassAsync();

        Assert.Equal(TestKeys.KeyId(0), _ring.Current?.Signing.KeyId);
        Assert.Equal(HealthStatus.Degraded, await HealthAsync());
        var told = _log.Texts.Where(line => line.Contains("the loaded ones stay in use", StringComparison.Ordinal))
            .Take(3);
        Assert.Equal(
            ["(attempt 1,", "(attempt 2,", "(attempt 3,"],
            told.Select(line =>
                line[line.IndexOf(
                    "(attempt", StringComparison.Ordinal)..(line.IndexOf(", trying", StringComparison.Ordinal) + 1)]));
    }

    [Fact]
    public async Task That_the_store_answers_again_is_told_once()
    {
        _store.Answer = () => Task.FromResult(TestKeys.Stored(current: 0));
        await _refresher.StartAsync(Cancel);
        _store.Answer = () => throw new KeyStoreException("the store is down");
        await _clock.PassAsync();
        var wait = await _clock.NextAsync();
        _store.Answer = () => Task.FromResult(TestKeys.Stored(current: 0));
        _clock.Advance(wait);
        for (var turn = 0; turn < 2; turn++) await _clock.PassAsync();
        await _clock.NextAsync();

        Assert.Single(_log.Texts, line => line == "The key store answers again: scripted store");
    }

    [Fact]
    public async Task A_fault_of_a_stored_key_is_told_when_it_appears_and_not_at_every_reading()
    {
        StoredKeys Damaged(string fault) => StoredKeys.Of(TestKeys.Stored(current: 0).Keys, [fault]);
        _store.Answer = () => Task.FromResult(Damaged("pending.pem: damaged"));
        await _refresher.StartAsync(Cancel);
        for (var turn = 0; turn < 3; turn++) await _clock.PassAsync();
        _store.Answer = () => Task.FromResult(Damaged("previous.pem: damaged"));
        await _clock.PassAsync();
        await _clock.NextAsync();

        Assert.Equal(
            ["scripted store: pending.pem: damaged", "scripted store: previous.pem: damaged"],
            _log.Texts.Where(line => line.StartsWith("A stored key", StringComparison.Ordinal))
                .Select(line => line.Split("left out. ")[1]));
    }

    [Fact]
    public async Task An_unexpected_exception_is_told_with_its_kind_and_a_failure_of_the_store_without()
    {
        _store.Answer = () => throw new InvalidOperationException("a bug");
        await _refresher.StartAsync(Cancel);
        Assert.Equal("InvalidOperationException: a bug", _ring.Fault);

        _store.Answer = () => throw new KeyStoreException("the store is down");
        await _clock.PassAsync();
        await _clock.NextAsync();

        Assert.Equal("the store is down", _ring.Fault);
    }

    [Fact]
    public async Task An_unexpected_exception_does_not_end_the_refresher()
    {
        _store.Answer = () => throw new InvalidOperationException("a bug");
        await _refresher.StartAsync(Cancel);

        _store.Answer = () => Task.FromResult(TestKeys.Stored(current: 0));
        await _clock.PassAsync();
        await _clock.NextAsync();

        Assert.NotNull(_ring.Current);
    }

    [Fact]
    public async Task Asked_to_it_reads_the_store_at_once_and_says_what_it_found_each_time()
    {
        _store.Answer = () => Task.FromResult(TestKeys.Stored(current: 0, pending: 1));
        await _refresher.StartAsync(Cancel);
        await _clock.NextAsync();

        _store.Answer = () => Task.FromResult(TestKeys.Stored(current: 1, previous: 0));
        _refresher.Ask();
        await _clock.NextAsync();
        _refresher.Ask();
        await _clock.NextAsync();

        Assert.Equal(TestKeys.KeyId(1), _ring.Current?.Signing.KeyId);
        Assert.Equal(3, _store.Reads);
        Assert.Equal(
            2,
            _log.Texts.Count(line =>
                line.Contains(
                    $"Asked to read the signing keys again. In use: Current {TestKeys.KeyId(1)}, Previous "
                        + $"{TestKeys.KeyId(0)}",
                    StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Asked_while_the_store_is_away_it_keeps_its_key_says_why_and_goes_on_polling()
    {
        _store.Answer = () => Task.FromResult(TestKeys.Stored(current: 0));
        await _refresher.StartAsync(Cancel);
        await _clock.NextAsync();

        _store.Answer = () => throw new KeyStoreException("the store is down");
        _refresher.Ask();
        Assert.InRange(await _clock.NextAsync(), TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(1));

        Assert.Equal(TestKeys.KeyId(0), _ring.Current?.Signing.KeyId);
        Assert.Single(_log.Texts, line => line.Contains("the store is down", StringComparison.Ordinal));
        Assert.DoesNotContain(_log.Texts, line => line.Contains("Asked", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_store_that_hangs_does_not_hold_up_start_up()
    {
        var hanging = new TaskCompletionSource<StoredKeys>(TaskCreationOptions.RunContinuationsAsynchronously);
        _store.Answer = () => hanging.Task;

        var starting = _refresher.StartAsync(Cancel);
        _clock.Advance(KeyRefresher.StartupPatience);
        await starting.WaitAsync(TimeSpan.FromSeconds(20), Cancel);

        Assert.Null(_ring.Current);
        Assert.Equal(
            ["The key store has not answered yet; starting without a signing key. scripted store"], _log.Texts);
        hanging.SetResult(TestKeys.Stored(current: 0));
        await _clock.NextAsync();
        Assert.NotNull(_ring.Current);
    }

    [Fact]
    public async Task A_store_that_may_is_given_its_first_key()
    {
        _store.MakesFirstKey = true;
        _store.Answer = () => Task.FromResult(StoredKeys.Of([], []));

        await _refresher.StartAsync(Cancel);

        Assert.Equal(1, _store.Additions);
        Assert.NotNull(_ring.Current);
    }

    [Theory]
    [InlineData(true, 1)]
    [InlineData(false, 0)]
    public async Task A_server_secret_is_made_where_a_key_may_be_made(bool makesFirst, int made)
    {
        _store.MakesFirstKey = makesFirst;
        _store.Answer = () => Task.FromResult(TestKeys.Stored(current: 0));
        _secrets.Answer = () => Task.FromResult<ServerSecrets?>(null);

        await _refresher.StartAsync(Cancel);

        Assert.Equal(made, _secrets.Additions);
        Assert.Equal(makesFirst, _ring.Current is not null);
        if (!makesFirst) Assert.Contains("keys generate", _ring.Fault, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_secret_that_vanishes_leaves_a_running_instance_with_what_it_has()
    {
        _store.MakesFirstKey = true;
        _store.Answer = () => Task.FromResult(TestKeys.Stored(current: 0));
        await _refresher.StartAsync(Cancel);

        _secrets.Answer = () => Task.FromResult<ServerSecrets?>(null);
        await _clock.PassAsync();
        await _clock.NextAsync();

        Assert.Equal(0, _secrets.Additions);
        Assert.Same(TestKeys.Secrets, _ring.Secrets);
        Assert.NotNull(_ring.Fault);
    }

    [Fact]
    public async Task A_store_with_a_damaged_key_is_given_none()
    {
        _store.MakesFirstKey = true;
        _store.Answer = () => Task.FromResult(StoredKeys.Of([], ["current.pem: damaged"]));

        await _refresher.StartAsync(Cancel);

        Assert.Equal(0, _store.Additions);
        Assert.Contains("damaged", _ring.Fault, StringComparison.Ordinal);
    }

    private async Task<HealthStatus> HealthAsync() =>
        (await new KeyRingHealthCheck(_ring).CheckHealthAsync(new HealthCheckContext(), Cancel)).Status;
}
