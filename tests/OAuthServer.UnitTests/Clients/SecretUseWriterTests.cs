using OAuthServer.Clients;
using OAuthServer.Storage;
using OAuthServer.Testing;
using OAuthServer.UnitTests.Keys;
using OAuthServer.UnitTests.Storage;

namespace OAuthServer.UnitTests.Clients;

/// <summary>When uses of secrets are written, and what becomes of them when they cannot be.</summary>
public sealed class SecretUseWriterTests : IDisposable
{
    private readonly WaitingClock _clock = new();
    private readonly FailingDatabase _database = new();
    private readonly RecordedLog<SecretUseWriter> _log = new();
    private readonly SecretUses _uses;
    private readonly SecretUseWriter _writer;

    public SecretUseWriterTests()
    {
        _uses = new SecretUses(_clock);
        _writer = new SecretUseWriter(_uses, new ClientSecretUses(_database), _clock, _log);
    }

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _writer.Dispose();

    [Fact]
    public async Task What_was_not_used_is_not_asked_for()
    {
        await _writer.WriteAsync(Ct);

        Assert.Equal(0, _database.Asked);
        Assert.Empty(_log.Lines);
    }

    [Fact]
    public async Task A_failure_of_the_database_is_logged_and_any_other_is_not_hidden()
    {
        Use();
        await _writer.WriteAsync(Ct);
        Assert.Equal(
            [
                "1202 Warning: The last uses of client secrets were not written (the database is away); the next "
                    + "minute's will be.",
            ],
            _log.Lines);

        Use();
        _database.Failure = new InvalidOperationException("a bug");
        await Assert.ThrowsAsync<InvalidOperationException>(() => _writer.WriteAsync(Ct));
        Assert.Single(_log.Lines);
    }

    [Fact]
    public async Task What_ends_with_the_server_is_no_failure()
    {
        using var stop = new CancellationTokenSource();
        _database.Meanwhile = stop.Cancel;
        _database.Failure = new OperationCanceledException("over");
        Use();

        await Assert.ThrowsAsync<OperationCanceledException>(() => _writer.WriteAsync(stop.Token));

        Assert.Empty(_log.Lines);
    }

    [Fact]
    public async Task It_writes_once_a_minute_and_once_more_at_the_end()
    {
        await _writer.StartAsync(Ct);
        Use();
        Assert.InRange(await _clock.PassAsync(), TimeSpan.FromSeconds(54), TimeSpan.FromSeconds(66));
        await _clock.NextAsync();
        Assert.Equal(1, _database.Asked);

        Use();
        await _writer.StopAsync(Ct);

        Assert.Equal(2, _database.Asked);
        Assert.Equal(2, _log.Lines.Count);
    }

    [Fact]
    public async Task At_the_end_the_database_has_two_seconds()
    {
        var waits = new List<TimeSpan>();
        _database.Failure = new OperationCanceledException("over");
        Use();

        await _writer.StopAsync(Ct);
        waits.Add(await _clock.NextAsync());

        Assert.Equal([TimeSpan.FromSeconds(2)], waits);
        Assert.Equal(
            ["1202 Warning: The last uses of client secrets were not written (over); the next minute's will be."],
            _log.Lines);
    }

    [Fact]
    public void Of_several_uses_between_two_writes_the_first_one_counts()
    {
        var use = new SecretUse("c", "hash");
        var at = _clock.GetUtcNow();
        _uses.Note(use);
        _clock.Advance(TimeSpan.FromSeconds(1));
        _uses.Note(use);

        Assert.Equal([("c", at.UtcDateTime)], _uses.Take().Select(noted => (noted.ClientId, noted.At)));
        Assert.Empty(_uses.Take());
        _uses.Note(use);
        Assert.Equal(at.UtcDateTime.AddSeconds(1), Assert.Single(_uses.Take()).At);
    }

    private void Use() => _uses.Note(new SecretUse("c", "hash"));
}
