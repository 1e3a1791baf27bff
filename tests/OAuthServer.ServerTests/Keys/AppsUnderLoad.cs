using System.Collections.Concurrent;
using System.Net;
using Microsoft.Extensions.Time.Testing;
using Microsoft.IdentityModel.JsonWebTokens;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Keys;

/// <summary>
/// Apps that refresh as fast as they can, at each instance in turn, and call the API with every token that they get and
/// again with the ones before, for as long as these live. Time only passes between two such calls, never within one.
/// </summary>
internal sealed class AppsUnderLoad(IReadOnlyList<TestServer> instances, StockApi api, FakeTimeProvider clock)
    : IAsyncDisposable
{
    private const int Apps = 3;
    private const int MostHeld = 4;

    // The hand that moves the clock takes all places, so that nobody is in the middle of a call.
    private readonly SemaphoreSlim _places = new(Apps, Apps);
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<string> _failures = new();
    private readonly ConcurrentDictionary<string, int> _accepted = new(StringComparer.Ordinal);
    private readonly List<Task> _running = [];
    private int _turns;
    private int _issued;

    /// <summary>What was not as it should be: refreshes that failed, and tokens that the API refused.</summary>
    public IReadOnlyCollection<string> Failures => _failures;

    /// <summary>Tokens that were issued.</summary>
    public int Issued => _issued;

    /// <summary>How many calls the API accepted, by the key that signed the token.</summary>
    public IReadOnlyDictionary<string, int> Accepted => _accepted;

    /// <summary>Signs every app in and lets them run.</summary>
    public async Task StartAsync()
    {
        for (var app = 0; app < Apps; app++)
        {
            var first = (await instances[0].TokensAsync()).RefreshToken!;
            _running.Add(Task.Run(() => RunAsync(first)));
        }
    }

    /// <summary>Lets time pass, and then every app some turns.</summary>
    public async Task PassAsync(TimeSpan time)
    {
        for (var place = 0; place < Apps; place++) await _places.WaitAsync();
        clock.Advance(time);
        var before = Volatile.Read(ref _turns);
        _places.Release(Apps);
        await Eventually.BecomesTrue(
            () => Task.FromResult(Volatile.Read(ref _turns) >= before + (2 * Apps)),
            TimeSpan.FromSeconds(60),
            "the apps go on");
    }

    /// <summary>Lets time pass in steps until a condition holds.</summary>
    public Task PassUntilAsync(TimeSpan step, Func<bool> condition, string what) => Eventually.BecomesTrue(
        async () =>
        {
            if (condition()) return true;
            await PassAsync(step);
            return condition();
        }, TimeSpan.FromSeconds(60), what);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_running);
        _stop.Dispose();
        _places.Dispose();
    }

    private async Task RunAsync(string refreshToken)
    {
        var held = new Queue<JsonWebToken>();
        while (!_stop.IsCancellationRequested)
        {
            await _places.WaitAsync();
            try
            {
                var reply = await instances[Interlocked.Increment(ref _turns) % instances.Count]
                    .RefreshAsync(refreshToken);
                if (reply.Status != HttpStatusCode.OK)
                {
                    _failures.Enqueue($"A refresh got {(int)reply.Status} {reply.Body}");
                    return;
                }

                Interlocked.Increment(ref _issued);
                refreshToken = reply.RefreshToken!;
                held.Enqueue(new JsonWebToken(reply.AccessToken!));
                await CallAsync(held);
                Thin(held);
            }
            finally
            {
                _places.Release();
            }
        }
    }

    private async Task CallAsync(Queue<JsonWebToken> held)
    {
        foreach (var token in held.Where(token => token.ValidTo > clock.GetUtcNow().UtcDateTime))
        {
            if (await api.RefusalAsync(token.EncodedToken) is { } refusal)
                _failures.Enqueue($"A token of {token.Kid} got {refusal}");
            else _accepted.AddOrUpdate(token.Kid, 1, (_, count) => count + 1);
        }
    }

    // Two of the same key and of the same time say the same: the older ones stay, for they outlive their key's reign.
    private void Thin(Queue<JsonWebToken> held)
    {
        JsonWebToken[] all = [.. held.Where(token => token.ValidTo > clock.GetUtcNow().UtcDateTime)];
        held.Clear();
        foreach (var token in all.DistinctBy(token => (token.Kid, token.ValidTo)).TakeLast(MostHeld))
            held.Enqueue(token);
    }
}
