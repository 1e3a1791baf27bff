using System.Collections.Concurrent;
using System.Net;
using Microsoft.Extensions.DependencyInjection;
using OAuthServer.Keys;
using OAuthServer.Testing;
using Serilog.Core;
using Serilog.Events;

namespace OAuthServer.ServerTests.Keys;

/// <summary>Secrets Manager is away: at a cold start, and under an instance that runs.</summary>
public sealed class KeyStoreOutageTests : IAsyncLifetime
{
    private const int NoKey = 5003;
    private const int Changed = 5001;
    private const int Stale = 5004;
    private const int Recovered = 5002;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly RecordingClock _clock = new();
    private readonly EventLog _log = new();
    private SecretsManagerServer _secrets = null!;

    public async ValueTask InitializeAsync()
    {
        _secrets = await SecretsManagerServer.StartAsync(_clock);
        using var source = new SecretsManagerKeySource(() => _secrets.Connect(), "oauth/jwt-private-key");
        await source.AddAsync(SigningKey.GeneratePem(), onlyFirst: true, TestContext.Current.CancellationToken);
        await _secrets.AddServerSecretAsync();
    }

    public ValueTask DisposeAsync() => _secrets.DisposeAsync();

    [Fact]
    public async Task A_cold_start_is_live_and_not_ready_says_why_once_per_step_and_recovers_by_itself()
    {
        _secrets.IsAway = true;
        await using var server = await StartAsync(ready: false);

        var steps = 0;
        foreach (var seconds in (int[])[1, 2, 4, 8])
        {
            await Eventually.BecomesTrue(
                () => Task.FromResult(_log.Count(NoKey) == steps + 1 && IsWaiting(seconds)),
                Patience,
                $"attempt {steps + 1} has failed");
            Assert.Equal(HttpStatusCode.OK, await StatusAsync(server, "/health/live"));
            Assert.Equal(HttpStatusCode.ServiceUnavailable, await StatusAsync(server, "/health/ready"));
            _clock.Advance(TimeSpan.FromSeconds(seconds));
            steps++;
        }

        await Eventually.BecomesTrue(
            () => Task.FromResult(_log.Count(NoKey) == steps + 1 && IsWaiting(16)),
            Patience,
            "the last attempt has failed");
        Assert.All(_log.Lines(NoKey), line => Assert.Contains("is out of reach", line, StringComparison.Ordinal));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await StatusAsync(server, "/.well-known/jwks.json"));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(server, "/.well-known/oauth-authorization-server"));

        _secrets.IsAway = false;
        _clock.Advance(TimeSpan.FromSeconds(16));

        // Ready with the key; the log has it a moment later.
        await Eventually.BecomesTrue(
            async () => await StatusAsync(server, "/health/ready") == HttpStatusCode.OK,
            Patience,
            "the server is ready");
        await Eventually.BecomesTrue(() => Task.FromResult(_log.Count(Changed) > 0), Patience, "the key is in the log");
        Assert.NotNull((await server.TokensAsync()).AccessToken);
        Assert.Equal(steps + 1, _log.Count(NoKey));
        Assert.Equal(1, _log.Count(Changed));
    }

    [Fact]
    public async Task A_running_instance_serves_through_an_outage_of_weeks()
    {
        await using var server = await StartAsync(ready: true);
        await using var api = await StockApi.StartAsync(server, _clock);
        await using var apps = new AppsUnderLoad([server], api, _clock);
        await apps.StartAsync();
        await apps.PassAsync(TimeSpan.FromMinutes(1));

        _secrets.IsAway = true;
        for (var days = 0; days < 30; days += 3) await apps.PassAsync(TimeSpan.FromDays(3));
        await Eventually.BecomesTrue(() => Task.FromResult(_log.Count(Stale) > 0), Patience, "an attempt has failed");
        var failures = _log.Count(Stale);
        server.Services.GetRequiredService<KeyRefresher>().Ask();
        await Eventually.BecomesTrue(
            () => Task.FromResult(_log.Count(Stale) > failures), Patience, "the attempt that was asked for has failed");

        Assert.Equal(HttpStatusCode.OK, await StatusAsync(server, "/health/ready"));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(server, "/.well-known/jwks.json"));
        _secrets.IsAway = false;
        await apps.PassUntilAsync(TimeSpan.FromMinutes(6), () => _log.Count(Recovered) > 0, "the store is read again");
        Assert.Empty(apps.Failures);
        Assert.Equal(0, _log.Count(NoKey));
    }

    // The wait between this attempt and the next: half of the step or more.
    private bool IsWaiting(int seconds) =>
        _clock.HasWaited(TimeSpan.FromSeconds(seconds / 2.0), TimeSpan.FromSeconds(seconds));

    private Task<TestServer> StartAsync(bool ready)
    {
        var settings = _secrets.Settings();
        settings["Serilog:MinimumLevel:Override:OAuthServer.Keys"] = "Information";
        return TestServer.StartAsync(new()
        {
            AwaitReady = ready,
            Settings = settings,
            Services = services => services.AddSingleton<TimeProvider>(_clock).AddSingleton<ILogEventSink>(_log),
        });
    }

    private static async Task<HttpStatusCode> StatusAsync(TestServer server, string path)
    {
        using var answer = await server.Http.GetAsync(new Uri(path, UriKind.Relative));
        return answer.StatusCode;
    }

    /// <summary>Keeps what was logged, by the number of the event.</summary>
    private sealed class EventLog : ILogEventSink
    {
        private readonly ConcurrentQueue<(int Id, string Line)> _events = new();

        public int Count(int id) => _events.Count(entry => entry.Id == id);

        public IReadOnlyList<string> Lines(int id) =>
            [.. _events.Where(entry => entry.Id == id).Select(entry => entry.Line)];

        public void Emit(LogEvent logEvent)
        {
            if (logEvent.Properties.GetValueOrDefault("EventId") is not StructureValue value) return;
            if (value.Properties.FirstOrDefault(property => property.Name
                == "Id")?.Value is ScalarValue { Value: int id }) _events.Enqueue((id, logEvent.RenderMessage(null)));
        }
    }
}
