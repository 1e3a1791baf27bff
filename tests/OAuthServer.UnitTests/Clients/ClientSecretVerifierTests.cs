using System.Diagnostics.Metrics;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using OAuthServer.Audit;
using OAuthServer.Clients;
using OAuthServer.RateLimits;
using OAuthServer.Testing;
using Bcrypt = BCrypt.Net.BCrypt;

namespace OAuthServer.UnitTests.Clients;

/// <summary>Client secrets against bcrypt (RFC 6749 §10.10).</summary>
public sealed class ClientSecretVerifierTests : IDisposable
{
    private const int LowestCost = 4;
    private const string Secret = "demo-secret";

    // Takes a fifth of a second or more to find wrong: as good as for ever beside the microseconds of the calls around
    // it.
    private const string SlowHash = "$2a$12$abcdefghijklmnopqrstuu5s3n4Hh7a7yYQn5v1b4o6m6E8d9fGqW";

    private readonly HashWork _work = new(TimeProvider.System);
    private readonly ServerTelemetry _telemetry = new(new Meter(ServerTelemetry.Name), TimeProvider.System);
    private readonly ClientSecretVerifier _verifier;

    public ClientSecretVerifierTests() =>
        _verifier = new(
            Options.Create(new ClientSecretOptions { Cost = LowestCost }),
            _work,
            new SecretUses(TimeProvider.System),
            _telemetry);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _verifier.Dispose();
        _telemetry.Dispose();
        _work.Dispose();
    }

    [Fact]
    public async Task A_right_secret_is_right_and_a_wrong_one_wrong()
    {
        var hash = Hash(Secret);
        Assert.Equal(SecretCheck.Right, await _verifier.CheckAsync("c", Secret, [hash], Ct));
        Assert.Equal(SecretCheck.Wrong, await _verifier.CheckAsync("c", "demo-secreT", [hash], Ct));
        Assert.Equal(SecretCheck.Wrong, await _verifier.CheckAsync("c", string.Empty, [hash], Ct));
    }

    [Fact]
    public async Task Either_of_two_live_secrets_is_right()
    {
        string[] hashes = [Hash("demo-old"), Hash("demo-new")];
        Assert.Equal(SecretCheck.Right, await _verifier.CheckAsync("c", "demo-old", hashes, Ct));
        Assert.Equal(SecretCheck.Right, await _verifier.CheckAsync("c", "demo-new", hashes, Ct));
    }

    [Fact, Row("CAUTH-05")]
    public async Task Without_any_hash_nothing_is_right() =>
        Assert.Equal(SecretCheck.Wrong, await _verifier.CheckAsync("unknown", Secret, [], Ct));

    [Fact]
    public async Task A_right_secret_pays_bcrypt_once()
    {
        var hash = Hash(Secret);
        Assert.Equal(SecretCheck.Right, await _verifier.CheckAsync("c", Secret, [hash], Ct));
        using var flood = new CancellationTokenSource();
        var guesses = Flood("c", flood.Token);

        // Whoever needs bcrypt now is turned away; the remembered secret needs none and is answered at once.
        Assert.Equal(SecretCheck.Busy, await _verifier.CheckAsync("c", "demo-guess", [hash], Ct));
        var again = _verifier.CheckAsync("c", Secret, [hash], Ct).AsTask();
        Assert.True(again.IsCompletedSuccessfully);
        Assert.Equal(SecretCheck.Right, await again);

        await EndAsync(flood, guesses);
    }

    [Fact]
    public async Task What_is_remembered_is_for_one_client_one_secret_and_one_hash()
    {
        var hash = Hash(Secret);
        Assert.Equal(SecretCheck.Right, await _verifier.CheckAsync("c", Secret, [hash], Ct));
        Assert.Equal(SecretCheck.Wrong, await _verifier.CheckAsync("c", Secret, [Hash("demo-other")], Ct));
        Assert.Equal(SecretCheck.Wrong, await _verifier.CheckAsync("c", Secret + "x", [hash], Ct));
        Assert.Equal(SecretCheck.Wrong, await _verifier.CheckAsync("c", Secret, [], Ct));
        using var flood = new CancellationTokenSource();
        var guesses = Flood("d", flood.Token);
        Assert.Equal(SecretCheck.Busy, await _verifier.CheckAsync("d", Secret, [hash], Ct));
        await EndAsync(flood, guesses);
    }

    [Fact]
    public async Task A_wrong_secret_is_never_remembered()
    {
        Assert.Equal(SecretCheck.Wrong, await _verifier.CheckAsync("c", "demo-guess", [Hash(Secret)], Ct));
        using var flood = new CancellationTokenSource();
        var guesses = Flood("c", flood.Token);
        Assert.Equal(SecretCheck.Busy, await _verifier.CheckAsync("c", "demo-guess", [Hash(Secret)], Ct));
        await EndAsync(flood, guesses);
    }

    [Fact, Row("CAUTH-11")]
    public async Task A_secret_of_72_bytes_works_and_nothing_longer_does()
    {
        var longest = new string('s', ClientSecretVerifier.LongestSecret);
        var hash = Hash(longest);
        Assert.Equal(SecretCheck.Right, await _verifier.CheckAsync("c", longest, [hash], Ct));
        Assert.True(
            Bcrypt.Verify(longest + "x", hash),
            "bcrypt itself cuts at 72 bytes; when it no longer does, this rule can go.");
        Assert.Equal(SecretCheck.Wrong, await _verifier.CheckAsync("c", longest + "x", [hash], Ct));
        Assert.Equal(SecretCheck.Wrong, await _verifier.CheckAsync("c", longest[..^1] + "é", [hash], Ct));
    }

    [Fact, Row("CAUTH-11")]
    public async Task A_NUL_does_not_end_a_secret()
    {
        Assert.Equal(SecretCheck.Wrong, await _verifier.CheckAsync("c", Secret + "\0x", [Hash(Secret)], Ct));
        Assert.Equal(SecretCheck.Wrong, await _verifier.CheckAsync("c", Secret, [Hash(Secret + "\0x")], Ct));
    }

    [Fact]
    public async Task A_flood_against_one_client_leaves_the_others_their_place()
    {
        using var flood = new CancellationTokenSource();
        var guesses = Flood("c", flood.Token);
        Assert.Equal(SecretCheck.Busy, await _verifier.CheckAsync("c", Secret, [Hash(Secret)], Ct));
        var other = _verifier.CheckAsync("d", Secret, [Hash(Secret)], Ct).AsTask();
        await flood.CancelAsync();
        Assert.Equal(SecretCheck.Right, await other);
        await EndAsync(flood, guesses);
    }

    [Fact]
    public async Task What_vouches_for_a_client_does_not_queue_with_guesses_at_its_secret()
    {
        using var flood = new CancellationTokenSource();
        var guesses = Flood("c", flood.Token);
        Assert.Equal(SecretCheck.Busy, await _verifier.CheckAsync("c", Secret, [Hash(Secret)], Ct));
        Assert.Equal(SecretCheck.Right, await _verifier.CheckForHolderAsync("c", Secret, [Hash(Secret)], Ct));
        await EndAsync(flood, guesses);
    }

    [Fact]
    public async Task Only_a_wrong_guess_makes_its_place_rest()
    {
        var clock = new RestingClock { AutoAdvanceAmount = TimeSpan.FromSeconds(1) };
        using var work = new HashWork(clock);
        using var verifier = new ClientSecretVerifier(
            Options.Create(new ClientSecretOptions { Cost = LowestCost }),
            work,
            new SecretUses(TimeProvider.System),
            _telemetry);

        Assert.Equal(SecretCheck.Right, await verifier.CheckAsync("c", Secret, [Hash(Secret)], Ct));
        Assert.Empty(clock.Rests);
        Assert.Equal(SecretCheck.Wrong, await verifier.CheckAsync("c", "demo-guess", [Hash(Secret)], Ct));
        Assert.Equal([TimeSpan.FromSeconds(1)], clock.Rests);
    }

    private static string Hash(string secret) => Bcrypt.HashPassword(secret, LowestCost);

    // One guess that is being checked, and as many waiting as may wait.
    private List<Task<SecretCheck>> Flood(string clientId, CancellationToken ct) =>
        [.. Enumerable.Range(0, 9).Select(
            i => _verifier.CheckAsync(clientId, $"demo-guess-{i}", [SlowHash], ct).AsTask())];

    private static async Task EndAsync(CancellationTokenSource flood, List<Task<SecretCheck>> guesses)
    {
        await flood.CancelAsync();
        foreach (var guess in guesses)
            await guess.ContinueWith(
                _ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        Assert.DoesNotContain(guesses, guess => guess.IsFaulted);
    }

    // Every look at it is a second later, and a rest is over at once.
    private sealed class RestingClock : FakeTimeProvider
    {
        public List<TimeSpan> Rests { get; } = [];

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            Rests.Add(dueTime);
            return System.CreateTimer(callback, state, TimeSpan.Zero, period);
        }
    }
}
