using System.Net;

namespace OAuthServer.OperatorTests.Drills;

/// <summary>
/// Workers that refresh, sign in at apps, replay and revoke until they are told to stop. Each asks again as long as it
/// does not know the answer, as an app does that was told to retry.
/// </summary>
internal sealed class Load : IAsyncDisposable
{
    private const int Chains = 4;
    private const int Flows = 2;
    private const int EachRepeated = 8;

    // A breath between two requests of a worker: the load is to be small.
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(25);

    // OAuth:RefreshRetryWindow, as the server has it when nothing is configured.
    private static readonly TimeSpan RetryWindow = TimeSpan.FromSeconds(30);

    private readonly App _app;
    private readonly Ledger _ledger;
    private readonly List<Chain> _chains = [];
    private readonly CancellationTokenSource _stop = new();
    private Task _work = Task.CompletedTask;
    private int _flows;

    private Load(App app, Ledger ledger) => (_app, _ledger) = (app, ledger);

    /// <summary>The sessions that are refreshed.</summary>
    public IReadOnlyList<Chain> Sessions => _chains;

    /// <summary>A load that runs.</summary>
    public static async Task<Load> StartAsync(App app, Ledger ledger)
    {
        var load = new Load(app, ledger);
        for (var chain = 0; chain < Chains; chain++)
        {
            var first = await app.RedeemAsync((await app.AuthorizeAsync())!);
            load._chains.Add(new Chain(first!.RefreshToken!));
        }

        load._work = Task.WhenAll([
            .. load._chains.Select(chain => Task.Run(() => load.WorkAsync(() => load.RefreshAsync(chain)))),
            .. Enumerable.Range(0, Flows).Select(_ => Task.Run(() => load.WorkAsync(load.FlowAsync))),
        ]);
        return load;
    }

    /// <summary>Lets each worker end what it is at, without asking again.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _work;
    }

    /// <summary>Presents the newest token of a session until the answer is known.</summary>
    /// <returns>False when nobody knows: the load was told to stop.</returns>
    public async Task<bool> RefreshAsync(Chain chain)
    {
        while (!chain.IsOver)
        {
            var asking = chain.Asking;
            switch (await _app.RefreshAsync(chain.Newest))
            {
                case { Status: HttpStatusCode.OK, RefreshToken: { } successor }:
                    if (chain.Used.Count % EachRepeated == 0) await RepeatAsync(chain, successor);
                    chain.Advance(successor);
                    return true;
                case { } refused:
                    // An answer that was lost for longer than the window is lost for good: no fault, and no chain.
                    if (asking < RetryWindow) _ledger.Broken($"An acknowledged token was lost: {refused.Body}");
                    chain.IsOver = true;
                    break;
                case null when !await GoOnAsync():
                    return false;
            }
        }

        return true;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _stop.Dispose();
        _app.Dispose();
    }

    // One token has one successor, however often it is presented within the window.
    private async Task RepeatAsync(Chain chain, string successor)
    {
        var asking = chain.Asking;
        if (await _app.RefreshAsync(chain.Newest) is not { } again || again.RefreshToken == successor) return;
        if (again.Status == HttpStatusCode.OK) _ledger.Broken("One token was spent twice: it has two successors.");
        else if (asking < RetryWindow) _ledger.Broken($"A repetition within the window was refused: {again.Body}");
    }

    private async Task WorkAsync(Func<Task> step)
    {
        do await step();
        while (await GoOnAsync());
    }

    // A whole code flow, and in turn a replay of the code, a revocation, or tokens to keep.
    private async Task FlowAsync()
    {
        if (await _app.AuthorizeAsync() is not { } code || await RedeemAsync(code) is not { } token) return;
        switch (Interlocked.Increment(ref _flows) % 3)
        {
            case 0:
                var replayed = await _app.RedeemAsync(code);
                if (replayed?.Status == HttpStatusCode.OK) _ledger.Broken("One code bought tokens twice.");
                if (replayed is not null) _ledger.Bury(token);
                break;
            case 1:
                if (await _app.RevokeAsync(token) is { Status: HttpStatusCode.OK }) _ledger.Bury(token);
                break;
            default:
                _ledger.Hold(token);
                break;
        }
    }

    // Exchanges a code until the answer is known; null when it bought nothing that the app knows of.
    private async Task<string?> RedeemAsync(string code)
    {
        for (var isFirst = true; ; isFirst = false)
        {
            switch (await _app.RedeemAsync(code))
            {
                case { Status: HttpStatusCode.OK } tokens:
                    return tokens.RefreshToken;
                case { } refused:
                    // After an answer that is not known the code may have been spent: the person has to come again.
                    if (isFirst) _ledger.Broken($"An acknowledged code was lost: {refused.Body}");
                    return null;
                case null when !await GoOnAsync():
                    return null;
            }
        }
    }

    private async Task<bool> GoOnAsync()
    {
        if (!_stop.IsCancellationRequested) await Task.Delay(Pace);
        return !_stop.IsCancellationRequested;
    }
}
