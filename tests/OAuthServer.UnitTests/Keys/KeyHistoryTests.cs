using Microsoft.Extensions.Options;
using OAuthServer.Keys;
using OAuthServer.Storage;
using OAuthServer.Testing;
using OAuthServer.UnitTests.Storage;

namespace OAuthServer.UnitTests.Keys;

/// <summary>
/// What the record of keys does while the database cannot be had; the record itself is tested on a real one.
/// </summary>
public sealed class KeyHistoryTests : IDisposable
{
    private readonly WaitingClock _clock = new();
    private readonly FailingDatabase _database = new();
    private readonly RecordedLog<KeyHistory> _log = new();
    private readonly SigningKeyOptions _options = new();
    private readonly KeyRing _ring;
    private readonly KeyHistory _history;

    public KeyHistoryTests()
    {
        _ring = new KeyRing(Options.Create(_options), _clock);
        _history = new KeyHistory(new SigningKeys(_database), _ring, Options.Create(_options), _clock, _log);
    }

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _history.Dispose();

    [Fact]
    public async Task Without_a_key_there_is_nothing_to_note()
    {
        await _history.NoteAsync(Ct);

        Assert.Null(await _history.NotedSigningKeyAsync(Ct));
        Assert.Equal(0, _database.Asked);
    }

    [Fact]
    public async Task A_key_that_has_no_row_yet_seals_nothing()
    {
        _ring.Replace(TestKeys.Stored(current: 0), TestKeys.Secrets);

        await Assert.ThrowsAsync<Npgsql.NpgsqlException>(() => _history.NotedSigningKeyAsync(Ct));
    }

    [Fact]
    public async Task A_failure_of_the_database_is_logged_and_the_next_round_comes_with_the_next_poll()
    {
        _ring.Replace(TestKeys.Stored(current: 0), TestKeys.Secrets);
        await _history.StartAsync(Ct);
        for (var round = 1; round <= 2; round++)
        {
            Assert.InRange(await _clock.PassAsync(), _options.PollInterval * 0.9, _options.PollInterval * 1.1);
            if (round == 2) await _clock.NextAsync();
        }

        Assert.Equal(
            Enumerable.Repeat(
                "5008 Warning: The history of signing keys was not written (the database is away); the next round "
                    + "tries again.",
                2),
            _log.Lines);
        await _history.StopAsync(Ct);
        Assert.True(_history.ExecuteTask!.IsCanceled);
    }

    [Fact]
    public async Task Any_other_failure_ends_it()
    {
        _database.Failure = new InvalidOperationException("a bug");
        _ring.Replace(TestKeys.Stored(current: 0), TestKeys.Secrets);
        await _history.StartAsync(Ct);
        await _clock.PassAsync();

        await Assert.ThrowsAsync<InvalidOperationException>(
            () => _history.ExecuteTask!.WaitAsync(TimeSpan.FromSeconds(20), Ct));
        Assert.Empty(_log.Lines);
    }

    [Fact]
    public async Task While_the_server_stops_nothing_is_said()
    {
        _ring.Replace(TestKeys.Stored(current: 0), TestKeys.Secrets);
        var stopping = Task.CompletedTask;
        _database.Meanwhile = () => stopping = _history.StopAsync(CancellationToken.None);
        await _history.StartAsync(Ct);
        await _clock.PassAsync();

        await Assert.ThrowsAsync<Npgsql.NpgsqlException>(
            () => _history.ExecuteTask!.WaitAsync(TimeSpan.FromSeconds(20), Ct));
        await stopping;
        Assert.Empty(_log.Lines);
    }
}
