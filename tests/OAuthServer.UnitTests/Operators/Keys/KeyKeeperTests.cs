using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using OAuthServer.Keys;
using OAuthServer.Operators.Keys;
using OAuthServer.Storage;
using OAuthServer.UnitTests.Keys;
using OAuthServer.UnitTests.Storage;

namespace OAuthServer.UnitTests.Operators.Keys;

/// <summary>
/// From which moment on a key or a secret may move, to the second, and what an operator is told before it.
/// </summary>
public sealed class KeyKeeperTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly DateTimeOffset Noon = new(2026, 6, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly FakeTimeProvider _clock = new(Noon);
    private readonly MovingKeySource _store = new();
    private readonly ScriptedSecretSource _secrets = new();
    private readonly SigningKeyOptions _options = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_key_is_promoted_once_it_was_published_for_25_hours()
    {
        _store.Keys = () =>
            [new(KeyStage.Current, TestKeys.Key(0), Noon.AddDays(-9)), new(KeyStage.Pending, TestKeys.Key(1), Noon)];
        _clock.Advance(TimeSpan.FromHours(25) - Second);
        var early = await Keeper().PromoteAsync(force: false, Ct);

        Assert.Equal((false, TestKeys.KeyId(1), Noon.AddHours(25)), (early.Done, early.KeyId, early.NotBefore));
        Assert.Equal(
            $"Key {TestKeys.KeyId(1)} has been in moving store for 1.00:59:59 only, and verifiers may not know it "
            + "before 1.01:00:00 are over, at 2026-06-02T13:00:00Z. Promote it then, or at once with --force.",
            early.Message);
        Assert.True((await Keeper().PromoteAsync(force: true, Ct)).Done);
        _clock.Advance(Second);
        Assert.True((await Keeper().PromoteAsync(force: false, Ct)).Done);
        Assert.Equal(2, _store.Promotions);
    }

    [Fact]
    public async Task Where_nothing_signs_a_pending_key_is_promoted_at_once()
    {
        _store.Keys = () => [new(KeyStage.Pending, TestKeys.Key(1), Noon)];

        Assert.True((await Keeper().PromoteAsync(force: false, Ct)).Done);
    }

    [Fact]
    public async Task A_key_that_somebody_else_moved_meanwhile_is_told()
    {
        _store.Keys = () => [
            new(KeyStage.Pending, TestKeys.Key(1), Noon),
            new(KeyStage.Previous, TestKeys.Key(2), null, Noon.AddDays(-9)),
        ];
        _store.Moves = false;

        Assert.Equal(
            (false, "The pending key was promoted or withdrawn by someone else meanwhile."),
            Told(await Keeper().PromoteAsync(force: false, Ct)));
        Assert.Equal(
            (
                false,
                $"Key {TestKeys.KeyId(2)} was moved or removed by someone else meanwhile. See: OAuthServer keys list"),
            Told(await Keeper().RetireAsync(null, force: false, Ct)));
    }

    [Fact]
    public async Task A_previous_key_is_retired_once_its_last_token_is_dead()
    {
        _store.Keys = () =>
            [new(KeyStage.Current, TestKeys.Key(0), null), new(KeyStage.Previous, TestKeys.Key(1), null, Noon)];
        var end = Noon + _options.PreviousKeyRetention();
        _clock.SetUtcNow(end - Second);
        var early = await Keeper().RetireAsync(null, force: false, Ct);

        Assert.Equal((false, end), (early.Done, early.NotBefore));
        Assert.Equal(
            $"A token that key {TestKeys.KeyId(1)} signed may be alive until {end:yyyy-MM-dd'T'HH:mm:ss'Z'}, and would "
            + "be refused. Retire it then, or at once with --force.",
            early.Message);
        _clock.SetUtcNow(end);
        Assert.True((await Keeper().RetireAsync(null, force: false, Ct)).Done);
        Assert.Equal([TestKeys.KeyId(1)], _store.Removed);
    }

    [Fact]
    public async Task When_nobody_knows_since_when_it_is_previous_the_reason_is_told()
    {
        _store.Keys = () =>
            [new(KeyStage.Current, TestKeys.Key(0), null), new(KeyStage.Previous, TestKeys.Key(1), null)];

        var without = await Keeper().RetireAsync(null, force: false, Ct);
        var away = await Keeper(new SigningKeys(new FailingDatabase())).RetireAsync(null, force: false, Ct);
        var failing = Keeper(new SigningKeys(new FailingDatabase { Failure = new InvalidOperationException("a bug") }));

        Assert.Contains(
            "which this command does not know (ConnectionStrings__OAuthServer). Its tokens may be alive.",
            without.Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "cannot be asked (the database is away). Its tokens may be alive.", away.Message, StringComparison.Ordinal);
        Assert.Equal((false, false), (without.Done, away.Done));
        await Assert.ThrowsAsync<InvalidOperationException>(() => failing.RetireAsync(null, force: false, Ct));
    }

    [Fact]
    public async Task Beside_keys_that_are_there_only_the_missing_secret_is_made()
    {
        _store.Keys = () => [new(KeyStage.Current, TestKeys.Key(0), null)];

        Assert.Equal(
            (true, "The server secret is in scripted secret now. The keys are as they were."),
            Told(await Keeper().GenerateAsync(replace: false, Ct)));
        Assert.Equal(0, _store.Additions);
    }

    [Fact]
    public async Task Running_servers_see_a_change_within_the_poll_and_its_tenth()
    {
        _store.Keys = () => [new(KeyStage.Pending, TestKeys.Key(1), Noon)];

        var done = await Keeper().PromoteAsync(force: false, Ct);

        Assert.Equal(
            $"Key {TestKeys.KeyId(1)} is current in moving store and signs. Running servers see it within 00:05:30, or "
                + "at once on SIGHUP.",
            done.Message);
    }

    [Theory]
    [InlineData(-1, true, false, false, false)]
    [InlineData(0, true, false, false, true)]
    [InlineData(-1, false, false, false, true)]
    [InlineData(-1, true, true, false, true)]
    [InlineData(-1, true, false, true, true)]
    public async Task A_server_secret_is_rotated_again_after_two_days(
        int seconds, bool hasPrevious, bool leaked, bool force, bool isDone)
    {
        var previous = hasPrevious ? TestKeys.Secret(ServerSecret.Generate()) : null;
        _secrets.Answer = () =>
            Task.FromResult<ServerSecrets?>(TestKeys.Secrets with { Previous = previous, CreatedAt = Noon });
        _clock.SetUtcNow(Noon.AddDays(2).AddSeconds(seconds));

        var change = await Keeper().RotateSecretAsync(leaked, force, Ct);

        Assert.Equal((isDone, isDone ? null : Noon.AddDays(2)), (change.Done, change.NotBefore));
        var told = !isDone
            ? "still protects sessions until 2026-06-03T12:00:00Z."
            : leaked ? "everybody signs in again" : "reads what it made until the next rotation.";
        Assert.Contains(told, change.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_secret_that_is_not_there_cannot_be_rotated()
    {
        _secrets.Answer = () => Task.FromResult<ServerSecrets?>(null);

        Assert.Equal(
            (false, "There is no server secret in scripted secret. Make it: OAuthServer keys generate"),
            Told(await Keeper().RotateSecretAsync(leaked: true, force: true, Ct)));
    }

    private static (bool Done, string Message) Told(KeyChange change) => (change.Done, change.Message);

    private KeyKeeper Keeper(SigningKeys? history = null) =>
        new(_store, _secrets, Options.Create(_options), history, _clock);

    private sealed class MovingKeySource : IKeySource
    {
        public Func<IEnumerable<StoredKey>> Keys { get; set; } = () => [];

        /// <summary>False when somebody else is always faster.</summary>
        public bool Moves { get; set; } = true;

        public int Promotions { get; private set; }

        public int Additions { get; private set; }

        public List<string> Removed { get; } = [];

        public string Place => "moving store";

        public bool MakesFirstKey => false;

        public Task<StoredKeys> ReadAsync(CancellationToken cancellationToken) =>
            Task.FromResult(StoredKeys.Of(Keys(), []));

        public Task<KeyStage?> AddAsync(string pem, bool onlyFirst, CancellationToken cancellationToken)
        {
            Additions++;
            return Task.FromResult<KeyStage?>(KeyStage.Pending);
        }

        public Task<bool> PromoteAsync(CancellationToken cancellationToken)
        {
            if (Moves) Promotions++;
            return Task.FromResult(Moves);
        }

        public Task<bool> RemoveAsync(string keyId, CancellationToken cancellationToken)
        {
            if (Moves) Removed.Add(keyId);
            return Task.FromResult(Moves);
        }
    }
}
