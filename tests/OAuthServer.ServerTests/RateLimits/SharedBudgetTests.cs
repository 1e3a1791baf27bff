using System.Diagnostics;
using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using OAuthServer.Keys;
using OAuthServer.Operators.Doctor;
using OAuthServer.RateLimits;
using OAuthServer.ServerTests.Fixtures;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.RateLimits;

/// <summary>
/// Instances that count together in a real Redis, which the long gate fetches: what they admit together, and what
/// happens when it is gone. <see cref="SharedBudgetOutageTests"/> has what needs no Redis.
/// </summary>
public sealed class SharedBudgetTests
{
    private const int Limit = 5;
    private const int Patient = 4;      // seconds: a second is the server's time limit here, Redis' own is five

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [LongGateFact, Row("OPS-02")]
    public async Task Guesses_at_two_instances_are_one_more_than_the_budget_at_most()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var first = await StartAsync(redis);
        await using var second = await StartAsync(redis, first);

        var judged = 0;
        for (var guess = 0; guess < 4 * Limit; guess++)
        {
            var answer = await GuessAsync(guess % 2 == 0 ? first : second, guess);
            if (answer.Status == HttpStatusCode.Unauthorized) judged++;
        }

        Assert.InRange(judged, Limit, Limit + 1);
        Assert.Equal(HttpStatusCode.TooManyRequests, (await GuessAsync(first, 100)).Status);
        Assert.Equal(HttpStatusCode.TooManyRequests, (await GuessAsync(second, 101)).Status);
    }

    [LongGateFact, Row("OPS-01")]
    public async Task A_budget_of_all_requests_is_never_exceeded_by_many_at_once()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var first = await StartAsync(redis);
        await using var second = await StartAsync(redis, first);

        var answers = await Task.WhenAll(Enumerable.Range(0, 40).Select(i =>
            (i % 2 == 0 ? first : second)
                .PostRawAsync("/account/sign-in", "email=x&password=y", headers: ("X-Forwarded-For", "203.0.113.7"))));

        var limited = answers.Where(answer => answer.Status == HttpStatusCode.TooManyRequests).ToList();
        Assert.Equal(Limit, answers.Length - limited.Count);
        Assert.All(limited, answer => Assert.InRange(answer.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 900));
    }

    [LongGateTheory]
    [InlineData(60_000, "")]
    [InlineData(0, "shared_budgets_slow")]
    public async Task The_doctor_says_when_it_takes_longer_than_is_waited_for(int milliseconds, string found)
    {
        await using var redis = await RedisServer.StartAsync();
        var limit = TimeSpan.FromMilliseconds(milliseconds);
        var options = Options.Create(
            new RateLimitOptions { Shared = new() { Redis = redis.Setting, TimeLimit = limit } });
        var keys = new KeyRing(Options.Create(new SigningKeyOptions()), TimeProvider.System);
        await using var shared = new SharedBudgets(
            options, keys, TimeProvider.System, NullLogger<SharedBudgets>.Instance);

        var result = await new SharedBudgetCheck(shared, options).RunAsync(Ct);

        Assert.Equal(found, string.Join(' ', result.Findings.Select(finding => finding.Id)));
    }

    [LongGateFact]
    public async Task What_goes_well_asks_nothing_and_what_is_asked_names_nobody()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var server = await StartAsync(redis);
        await using var client = await redis.ConnectAsync();
        var tokens = await server.TokensAsync();
        var before = await ScriptsAsync();
        for (var i = 0; i < 5; i++) Expect.Tokens(tokens = await server.RefreshAsync(tokens.RefreshToken));
        Assert.Equal(before, await ScriptsAsync());

        await GuessAsync(server, 1);
        Assert.Equal(before + 2, await ScriptsAsync()); // the client's guess, and the refusal of the address

        var keys = client.GetServers()[0].Keys(pattern: "*").Select(key => key.ToString()).ToList();
        Assert.All(keys, key => Assert.Matches("^oauth:[a-z_-]+:[A-Za-z0-9_-]{22}$", key));
        foreach (var key in keys)
            Assert.InRange((await client.GetDatabase().KeyTimeToLiveAsync(key))!.Value.TotalMinutes, 1, 15);

        async Task<long> ScriptsAsync()
        {
            var stats = await client.GetServers()[0].InfoAsync("commandstats");
            return stats.SelectMany(group => group).Where(stat => stat.Key is "cmdstat_evalsha" or "cmdstat_eval")
                .Sum(stat => long.Parse(
                    stat.Value.Split(',')[0].Split('=')[1], System.Globalization.CultureInfo.InvariantCulture));
        }
    }

    [LongGateFact]
    public async Task Without_Redis_each_counts_alone_and_tells_when_it_is_back()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var first = await StartAsync(redis);
        await using var second = await StartAsync(redis, first);
        using var metrics = new CollectedMetrics(first);
        Assert.Equal(HttpStatusCode.Unauthorized, (await GuessAsync(first, 0)).Status);
        Assert.Equal(1, metrics.Read("oauth.server.budget.shared").Single().Value);

        redis.Kill();
        await Eventually.BecomesTrue(
            () => Task.FromResult(!Shared(first).IsTogether), TimeSpan.FromSeconds(10), "the first one notices");
        for (var guess = 1; guess <= 2; guess++) await AnswersSoonAsync(first, guess);
        Assert.Equal(0, metrics.Read("oauth.server.budget.shared").Single().Value);
        Assert.True(Shared(first).CountedAlone >= 2);

        // It comes back with nothing in it, and what was counted alone is told by the next guess.
        await redis.StartAgainAsync();
        await Eventually.BecomesTrue(
            async () =>
            {
                await first.PostRawAsync("/oauth/revoke", "x", headers: ("X-Forwarded-For", "198.51.100.9"));
                return Shared(first).IsTogether;
            },
            TimeSpan.FromSeconds(20), "the first one counts with others");
        await Eventually.BecomesTrue(
            async () =>
            {
                await second.PostRawAsync("/oauth/revoke", "x", headers: ("X-Forwarded-For", "198.51.100.8"));
                return Shared(second).IsTogether;
            },
            TimeSpan.FromSeconds(20), "the second one counts with others");
        Assert.Equal(HttpStatusCode.Unauthorized, (await GuessAsync(first, 3)).Status);

        // Four were made at the first one, of which Redis knows three: those since it went.
        var judged = 0;
        while ((await GuessAsync(second, 10 + judged)).Status == HttpStatusCode.Unauthorized) judged++;
        Assert.Equal(Limit - 3, judged);
    }

    [LongGateFact]
    public async Task A_Redis_that_hangs_delays_one_request_by_the_time_limit_and_fails_none()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var server = await StartAsync(redis);
        Assert.Equal(HttpStatusCode.Unauthorized, (await GuessAsync(server, 0)).Status);
        Assert.True(Shared(server).IsTogether);

        await redis.FreezeAsync();
        for (var guess = 1; guess < Limit; guess++) await AnswersSoonAsync(server, guess);
        Assert.False(Shared(server).IsTogether);
        Assert.Equal(HttpStatusCode.TooManyRequests, (await GuessAsync(server, Limit)).Status);
        await redis.ThawAsync();
    }

    private static SharedBudgets Shared(TestServer server) => server.Services.GetRequiredService<SharedBudgets>();

    private static async Task<TestServer> StartAsync(RedisServer redis, TestServer? beside = null)
    {
        var server = await TestServer.StartAsync(new()
        {
            Database = beside?.Database,
            Settings = new Dictionary<string, string?>
            {
                ["RateLimiting:ClientSecrets:PermitLimit"] = $"{Limit}",
                ["RateLimiting:SignIn:PermitLimit"] = $"{Limit}",
                ["RateLimiting:Shared:Redis"] = redis.Setting,
                ["RateLimiting:Shared:Pause"] = "00:00:01",
                // On a busy machine an answer may take the usual 50 ms, and what is asked counts alone.
                ["RateLimiting:Shared:TimeLimit"] = "00:00:01",
            },
        });
        await Eventually.BecomesTrue(
            () => Task.FromResult(Shared(server).IsTogether), TimeSpan.FromSeconds(10), "Redis is connected");
        return server;
    }

    // From another address each time, so that the client's budget alone is asked.
    private static Task<Reply> GuessAsync(TestServer server, int guess) => server.PostRawAsync(
        "/oauth/token",
        $"grant_type=refresh_token&refresh_token=x&client_id={TestData.Web}&client_secret=guess-{guess}",
        headers: ("X-Forwarded-For", $"203.0.113.{guess}"));

    private static async Task AnswersSoonAsync(TestServer server, int guess)
    {
        var watch = Stopwatch.StartNew();
        Assert.Equal(HttpStatusCode.Unauthorized, (await GuessAsync(server, guess).WaitAsync(Ct)).Status);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(Patient), $"{watch.Elapsed}");
    }
}
