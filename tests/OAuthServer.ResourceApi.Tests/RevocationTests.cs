namespace OAuthServer.ResourceApi.Tests;

/// <summary>The revocation check: what is refused, how often the list is fetched, and how the check fails.</summary>
public sealed class RevocationTests
{
    private const string List = "/oauth/revocations";

    [Theory]
    [Row("RS-07")]
    [InlineData("Z3JhbnQ.cmFuZG9t", true)]
    [InlineData("Z3JhbnQ", true)]
    [InlineData("cmFuZG9t", false)]
    [InlineData("Z3Jhbn", false)]
    [InlineData("z3jhbnq", false)]
    [InlineData("Z3JhbnQ.", false)]
    [InlineData("Z3JhbnQ.b3RoZXI", false)]
    public async Task A_token_is_revoked_by_its_id_or_by_its_grant(string id, bool revoked)
    {
        await using var api = await TestApi.StartAsync(options => options.RevocationCheck = true);
        api.Issuer.Revoked.Add(id);
        var reply = await api.GetAsync(api.Token());
        if (revoked) Expect.InvalidToken(reply);
        else Expect.Ok(reply);
    }

    [Fact]
    public async Task Without_the_option_the_list_is_never_fetched()
    {
        await using var api = await TestApi.StartAsync();
        api.Issuer.Revoked.Add("Z3JhbnQ");
        Expect.Ok(await api.GetAsync(api.Token()));
        Assert.Equal(0, api.Issuer.Count(List));
    }

    [Fact]
    public async Task A_revocation_takes_effect_within_the_interval_by_conditional_requests()
    {
        await using var api = await TestApi.StartAsync(options => options.RevocationCheck = true);
        for (var i = 0; i < 10; i++) Expect.Ok(await api.GetAsync(api.Token()));
        Assert.Equal(1, api.Issuer.Count(List));
        api.Clock.Advance(TimeSpan.FromSeconds(5));
        Expect.Ok(await api.GetAsync(api.Token()));
        Assert.Equal(2, api.Issuer.Count(List));
        api.Clock.Advance(TimeSpan.FromSeconds(5));
        Expect.Ok(await api.GetAsync(api.Token()));
        api.Issuer.Revoked.Add("Z3JhbnQ");
        api.Clock.Advance(TimeSpan.FromSeconds(5));
        Expect.InvalidToken(await api.GetAsync(api.Token()));
        api.Clock.Advance(TimeSpan.FromSeconds(5));
        Expect.InvalidToken(await api.GetAsync(api.Token()));
        Assert.Equal(
            ["", "?since=first.0", "?since=first.0 conditional", "?since=first.0 conditional", "?since=first.1"],
            api.Issuer.Requests.Where(path => path.StartsWith(List, StringComparison.Ordinal))
                .Select(path => path[List.Length..]));
    }

    [Fact]
    public async Task With_interval_zero_every_request_sees_what_was_revoked_before_it()
    {
        await using var api = await TestApi.StartAsync(
            options => (options.RevocationCheck, options.RevocationCheckInterval) = (true, TimeSpan.Zero));
        Expect.Ok(await api.GetAsync(api.Token()));
        Expect.Ok(await api.GetAsync(api.Token()));
        Assert.Equal(2, api.Issuer.Count(List));
        api.Issuer.Revoked.Add("Z3JhbnQ");
        Assert.All(
            await Task.WhenAll(Enumerable.Range(0, 30).Select(_ => api.GetAsync(api.Token()))), Expect.InvalidToken);
    }

    [Fact]
    public async Task A_hundred_first_requests_at_once_share_the_list()
    {
        await using var api = await TestApi.StartAsync(options => options.RevocationCheck = true);
        Assert.All(await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => api.GetAsync(api.Token()))), Expect.Ok);
        Assert.Equal(1, api.Issuer.Count(List));
    }

    [Fact]
    public async Task The_last_list_serves_while_the_server_is_away_and_then_nobody_is_let_in()
    {
        await using var api = await TestApi.StartAsync(options => options.RevocationCheck = true);
        api.Issuer.Revoked.Add("revoked");
        Expect.Ok(await api.GetAsync(api.Token()));
        await api.Issuer.GoAwayAsync();
        api.Clock.Advance(TimeSpan.FromMinutes(15));
        Expect.Ok(await api.GetAsync(api.Token()));
        Expect.InvalidToken(await api.GetAsync(api.Token(payload => payload["jti"] = "revoked.x")));
        api.Clock.Advance(TimeSpan.FromSeconds(1));
        Expect.Unavailable(await api.GetAsync(api.Token()));
        Expect.InvalidToken(await api.GetAsync("abc"));
        await api.Issuer.ComeBackAsync();
        api.Clock.Advance(TimeSpan.FromSeconds(5));
        Expect.Ok(await api.GetAsync(api.Token()));
    }

    [Fact]
    public async Task Without_a_first_list_nobody_is_let_in()
    {
        await using var api = await TestApi.StartAsync(options => options.RevocationCheck = true);
        api.Issuer.Broken["revocations"] = true;
        Expect.Unavailable(await api.GetAsync(api.Token()));
        api.Clock.Advance(TimeSpan.FromSeconds(5));
        Expect.Unavailable(await api.GetAsync(api.Token()));
        api.Issuer.Broken.Clear();
        api.Clock.Advance(TimeSpan.FromSeconds(5));
        Expect.Ok(await api.GetAsync(api.Token()));
    }

    [Fact]
    public async Task The_list_of_an_issuer_with_a_path_lies_below_it()
    {
        await using var api = await TestApi.StartAsync(
            options => options.RevocationCheck = true, issuer: await Issuer.StartAsync("/tenant1"));
        Expect.Ok(await api.GetAsync(api.Token()));
        Assert.Equal(1, api.Issuer.Count("/tenant1" + List));
    }
}
