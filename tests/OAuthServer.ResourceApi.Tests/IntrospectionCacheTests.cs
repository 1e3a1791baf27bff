using Microsoft.AspNetCore.Http;

namespace OAuthServer.ResourceApi.Tests;

/// <summary>For how long a yes is believed, of which token, and that a no never is.</summary>
public sealed class IntrospectionCacheTests
{
    private static readonly TimeSpan Instant = TimeSpan.FromMilliseconds(1);

    [Fact]
    public async Task A_token_that_was_active_is_not_asked_about_until_the_time_is_over()
    {
        await using var api = await StartAsync(10);
        var token = api.Token();
        Expect.Ok(await api.GetAsync(token));
        api.Issuer.Inactive[token] = true;
        api.Clock.Advance(TimeSpan.FromSeconds(10) - Instant);
        Expect.Ok(await api.GetAsync(token));
        Assert.Single(api.Issuer.Questions);
        api.Clock.Advance(Instant);
        Expect.InvalidToken(await api.GetAsync(token));
        Assert.Equal(2, api.Issuer.Questions.Count);
    }

    [Fact]
    public async Task The_time_is_counted_from_the_question()
    {
        await using var api = await StartAsync(10);
        api.Issuer.IntrospectionAnswer = _ =>
        {
            api.Clock.Advance(TimeSpan.FromSeconds(4));
            return Task.FromResult<IResult?>(null);
        };
        var token = api.Token();
        Expect.Ok(await api.GetAsync(token));
        api.Clock.Advance(TimeSpan.FromSeconds(6) - Instant);
        Expect.Ok(await api.GetAsync(token));
        Assert.Single(api.Issuer.Questions);
        api.Clock.Advance(Instant);
        Expect.Ok(await api.GetAsync(token));
        Assert.Equal(2, api.Issuer.Questions.Count);
    }

    [Fact]
    public async Task That_a_token_is_not_active_is_not_kept()
    {
        await using var api = await StartAsync(60);
        var token = api.Token();
        api.Issuer.Inactive[token] = true;
        Expect.InvalidToken(await api.GetAsync(token));
        Expect.InvalidToken(await api.GetAsync(token));
        Assert.Equal(2, api.Issuer.Questions.Count);
        api.Issuer.Inactive.Clear();
        Expect.Ok(await api.GetAsync(token));
    }

    [Fact]
    public async Task Nothing_is_kept_beyond_the_expiry_of_the_token()
    {
        await using var api = await StartAsync(60);
        var token = api.Token(payload => payload["exp"] = api.Now + 5);
        Expect.Ok(await api.GetAsync(token));
        api.Clock.Advance(TimeSpan.FromSeconds(5) - Instant);
        Expect.Ok(await api.GetAsync(token));
        Assert.Single(api.Issuer.Questions);
        // Within the skew that the two clocks may be apart, which is the server's to judge.
        api.Clock.Advance(Instant);
        Expect.Ok(await api.GetAsync(token));
        Expect.Ok(await api.GetAsync(token));
        Assert.Equal(3, api.Issuer.Questions.Count);
    }

    [Fact]
    public async Task A_token_does_not_stand_in_for_another_of_the_same_id()
    {
        await using var api = await StartAsync(60);
        var (known, other) = (api.Token(), api.Token(payload => payload["scope"] = "read write"));
        Expect.Ok(await api.GetAsync(known));
        api.Issuer.Inactive[other] = true;
        Expect.InvalidToken(await api.GetAsync(other));
        Expect.Ok(await api.GetAsync(known));
    }

    [Fact]
    public async Task While_the_server_is_away_what_was_active_serves_until_the_time_is_over()
    {
        await using var api = await StartAsync(30);
        var (known, other) = (api.Token(), api.Token(payload => payload["jti"] = "another"));
        Expect.Ok(await api.GetAsync(known));
        await api.Issuer.GoAwayAsync();
        Expect.Ok(await api.GetAsync(known));
        Expect.Unavailable(await api.GetAsync(other));
        api.Clock.Advance(TimeSpan.FromSeconds(30));
        Expect.Unavailable(await api.GetAsync(known));
    }

    [Fact]
    public async Task No_more_tokens_are_kept_than_the_limit_says()
    {
        await using var api = await StartAsync(60, limit: 3);
        string[] tokens = [.. Enumerable.Range(0, 6).Select(i => api.Token(payload => payload["jti"] = $"token-{i}"))];
        foreach (var token in tokens) Expect.Ok(await api.GetAsync(token));
        Assert.Equal(6, api.Issuer.Questions.Count);
        // Three at most are known when the second round begins; which ones is the cache's matter.
        foreach (var token in tokens) Expect.Ok(await api.GetAsync(token));
        Assert.InRange(api.Issuer.Questions.Count, 6 + 3, 6 + 6);
    }

    private static Task<TestApi> StartAsync(int seconds, int limit = 10_000) => TestApi.StartAsync(options =>
        options.Introspection = new IntrospectionOptions
        {
            ClientId = "notes-api",
            ClientSecret = "secret",
            CacheFor = TimeSpan.FromSeconds(seconds),
            CacheLimit = limit,
        });
}
