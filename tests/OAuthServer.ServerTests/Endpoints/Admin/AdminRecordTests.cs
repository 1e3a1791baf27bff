using System.Net;
using OAuthServer.ServerTests.Fixtures;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Endpoints.Admin;

/// <summary>What the admin API shows beside clients.</summary>
public sealed class AdminRecordTests(AdminServer server) : IClassFixture<AdminServer>
{
    [Fact]
    public async Task A_correlation_id_says_why_something_was_refused()
    {
        using var form = new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["grant_type"] = "refresh_token",
            ["refresh_token"] = "unknown",
            ["client_id"] = TestData.Web,
            ["client_secret"] = TestData.Secret,
        });
        using var refused = await server.Server.Http.PostAsync(
            new Uri("/oauth/token", UriKind.Relative), form, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        var id = refused.Headers.GetValues("X-Correlation-Id").Single();

        var found = await server.CallAsync(
            $"GET /admin/api/audit?correlation_id={id}", token: await server.TokenAsync("admin.audit.read"));
        Assert.Equal(HttpStatusCode.OK, found.Status);
        var row = Assert.Single(found.Json!.Value.GetProperty("events").EnumerateArray());
        Assert.Equal(("token_refused", "refresh_token_unknown", TestData.Web), (
            row.GetProperty("event").GetString(),
            row.GetProperty("reason").GetString(),
            row.GetProperty("client_id").GetString()));
    }

    [Theory]
    [InlineData("corelation_id=x")]
    [InlineData("event=a&event=b")]
    [InlineData("event=%01")]
    [InlineData("user_id=alice")]
    [InlineData("limit=0")]
    [InlineData("limit=1001")]
    [InlineData("since=yesterday")]
    public async Task A_search_that_cannot_be_meant_finds_nothing(string query)
    {
        var refused = await server.CallAsync(
            $"GET /admin/api/audit?{query}", token: await server.TokenAsync("admin.audit.read"));
        Assert.Equal((HttpStatusCode.BadRequest, "invalid_request"), (refused.Status, refused.Error));
    }

    [Fact]
    public async Task Keys_are_shown_by_their_names_and_times_alone()
    {
        await server.Server.SealAsync();
        var shown = await server.CallAsync("GET /admin/api/keys", token: await server.TokenAsync("admin.keys.read"));
        var key = Assert.Single(shown.Json!.Value.GetProperty("keys").EnumerateArray());
        Assert.Equal(
            await server.Database.ScalarAsync<string>("SELECT kid FROM oauth_signing_keys"),
            key.GetProperty("kid").GetString());
        Assert.Subset(
            new HashSet<string> { "kid", "published_at", "signs_since", "signs_until", "withdrawn_at" },
            key.EnumerateObject().Select(member => member.Name).ToHashSet());
    }

    [Fact]
    public async Task Resources_are_shown_with_their_scopes()
    {
        var shown = await server.CallAsync(
            "GET /admin/api/resources", token: await server.TokenAsync("admin.resources.read"));
        var names = shown.Json!.Value.GetProperty("resources")
            .EnumerateArray()
            .Select(api => api.GetProperty("resource").GetString());
        Assert.Contains(TestServer.Issuer, names);
        Assert.DoesNotContain(AdminServer.Audience, names);
    }

    [Theory]
    [InlineData("/admin/api/keys")]
    [InlineData("/admin/api/resources")]
    [InlineData("/admin/api/audit")]
    public async Task Each_takes_a_scope_of_its_own(string path)
    {
        var refused = await server.CallAsync($"GET {path}");
        Assert.Equal((HttpStatusCode.Forbidden, "insufficient_scope"), (refused.Status, refused.Error));
    }
}
