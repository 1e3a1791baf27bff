using Microsoft.AspNetCore.Http;

namespace OAuthServer.ResourceApi.Tests;

/// <summary>What an API knows of revocations after many answers: what is live stays, what is over goes.</summary>
public sealed class RevocationMergeTests
{
    private const string List = "/oauth/revocations";

    [Fact]
    public async Task What_was_added_joins_what_was_known()
    {
        await using var api = await StartAsync();
        api.Issuer.Revoked.Add("one");
        await IsRevokedAsync(api, "one");
        api.Issuer.Revoked.Add("two");
        await IsRevokedAsync(api, "two");
        api.Issuer.Revoked.Add("three.x");
        await IsRevokedAsync(api, "three.x");
        await IsRevokedAsync(api, "one");
        await IsRevokedAsync(api, "two");
        await IsAcceptedAsync(api, "three.y");
        Assert.Equal(1, api.Issuer.Requests.Count(path => path == List));
    }

    [Fact]
    public async Task Another_database_gives_the_whole_list_and_what_was_known_stays()
    {
        await using var api = await StartAsync();
        api.Issuer.Revoked.Add("before");
        await IsRevokedAsync(api, "before");
        api.Issuer.Revoked.Forget();
        api.Issuer.Revoked.Origin = "restored";
        api.Issuer.Revoked.Add("after");
        await IsRevokedAsync(api, "after");
        await IsRevokedAsync(api, "before");
        Assert.Contains(List + "?since=restored.1", api.Issuer.Requests);
    }

    [Fact]
    public async Task An_entry_leaves_after_its_end_and_not_before()
    {
        await using var api = await StartAsync();
        api.Issuer.Revoked.Add("short", api.Now + 60);
        api.Issuer.Revoked.Add("long", api.Now + 600);
        await IsRevokedAsync(api, "short");
        api.Issuer.Revoked.Forget();
        // The entry was made 5 seconds before this, and each look is 5 seconds later: 59 seconds, and then 64.
        api.Clock.Advance(TimeSpan.FromSeconds(49));
        await IsRevokedAsync(api, "short");
        await IsAcceptedAsync(api, "short");
        await IsRevokedAsync(api, "long");
    }

    [Fact]
    public async Task A_later_end_counts_and_an_earlier_one_does_not()
    {
        await using var api = await StartAsync();
        api.Issuer.Revoked.Add("grant", api.Now + 60);
        await IsRevokedAsync(api, "grant");
        api.Issuer.Revoked.Add("grant", api.Now + 600);
        await IsRevokedAsync(api, "grant");
        api.Issuer.Revoked.Add("grant", api.Now + 30);
        await IsRevokedAsync(api, "grant");
        api.Clock.Advance(TimeSpan.FromSeconds(300));
        await IsRevokedAsync(api, "grant");
        api.Clock.Advance(TimeSpan.FromSeconds(300));
        await IsAcceptedAsync(api, "grant");
    }

    [Theory]
    [InlineData(400, "{}")]
    [InlineData(404, "")]
    [InlineData(414, "")]
    [InlineData(200, "[]")]
    [InlineData(200, """{"mark":"first.9","since":"first.7","revocations":{}}""")]
    [InlineData(200, """{"mark":"first.9","since":"first.1","revocations":["two"]}""")]
    [InlineData(200, """{"mark":"first.9","since":"first.1","revocations":{"two":"soon"}}""")]
    [InlineData(200, """{"mark":"first.9","since":"first.1"}""")]
    public async Task An_answer_to_a_mark_that_cannot_be_used_is_followed_by_the_whole_list(int status, string body)
    {
        await using var api = await StartAsync();
        api.Issuer.Revoked.Add("one");
        await IsRevokedAsync(api, "one");
        api.Issuer.RevocationsText = since => since.Length == 0
            ? null
            : Results.Text(body, "application/json", statusCode: status);
        api.Issuer.Revoked.Add("two");
        await IsRevokedAsync(api, "two");
        await IsRevokedAsync(api, "one");
    }

    [Theory]
    [InlineData(429)]
    [InlineData(500)]
    [InlineData(503)]
    public async Task A_busy_server_is_not_asked_for_more(int status)
    {
        await using var api = await StartAsync();
        api.Issuer.Revoked.Add("one");
        await IsRevokedAsync(api, "one");
        api.Issuer.RevocationsText = _ => Results.StatusCode(status);
        var asked = api.Issuer.Count(List);
        await IsRevokedAsync(api, "one");
        Assert.Equal(asked + 1, api.Issuer.Count(List));
    }

    [Fact]
    public async Task A_server_without_marks_is_asked_for_the_whole_list_each_time()
    {
        await using var api = await StartAsync();
        api.Issuer.RevocationsText = _ => Results.Text("""{"revocations":{"one":9999999999}}""", "application/json");
        await IsRevokedAsync(api, "one");
        await IsRevokedAsync(api, "one");
        Assert.Equal(2, api.Issuer.Requests.Count(path => path == List));
    }

    [Fact]
    public async Task A_list_of_half_a_million_entries_is_read()
    {
        await using var api = await StartAsync();
        for (var i = 0; i < 500_000; i++) api.Issuer.Revoked.Add($"{i:x32}");
        await IsRevokedAsync(api, $"{499_999:x32}.x");
        await IsAcceptedAsync(api, $"{500_000:x32}.x");
    }

    private static Task<TestApi> StartAsync() => TestApi.StartAsync(options =>
    {
        options.RevocationCheck = true;
        options.BackchannelTimeout = TimeSpan.FromSeconds(60);
    });

    // Each look is one interval after the one before, so that it asks the server.
    private static async Task IsRevokedAsync(TestApi api, string jti) => Expect.InvalidToken(await LookAsync(api, jti));

    private static async Task IsAcceptedAsync(TestApi api, string jti) => Expect.Ok(await LookAsync(api, jti));

    private static Task<Reply> LookAsync(TestApi api, string jti)
    {
        api.Clock.Advance(TimeSpan.FromSeconds(5));
        return api.GetAsync(api.Token(payload => payload["jti"] = jti));
    }
}
