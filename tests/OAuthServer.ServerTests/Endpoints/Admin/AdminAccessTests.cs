using System.Net;
using OAuthServer.ServerTests.Fixtures;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Endpoints.Admin;

/// <summary>Who is let in at the admin API.</summary>
public sealed class AdminAccessTests(AdminServer server) : IClassFixture<AdminServer>
{
    private const string List = "GET /admin/api/clients";
    private const string OtherApi = "https://other-api.example/";

    [Fact]
    [Row("ADM-01")]
    public async Task It_has_a_scope_and_an_audience_of_its_own()
    {
        var stranger = await server.CallAsync(List, token: "");
        Assert.Equal((HttpStatusCode.Unauthorized, "Bearer realm=\"admin\""), (stranger.Status, stranger.Challenge));

        using var browser = new TestBrowser(server.Server);
        await browser.SignInAsync();
        var cookies = string.Join("; ", browser.Cookies.Select(cookie => $"{cookie.Key}={cookie.Value}"));
        using var asPerson = new HttpRequestMessage(HttpMethod.Get, "/admin/api/clients")
        {
            Headers = { { "Cookie", cookies } },
        };
        using var refused = await server.Port.SendAsync(asPerson, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);

        var ofApp = await server.CallAsync(List, token: await ServiceTokenAsync("app-service", "read", null));
        Assert.Equal((HttpStatusCode.Forbidden, "insufficient_scope"), (ofApp.Status, ofApp.Error));
        Assert.Contains("error=\"insufficient_scope\"", ofApp.Challenge, StringComparison.Ordinal);
        Assert.Contains("scope=\"admin.clients.read\"", ofApp.Challenge, StringComparison.Ordinal);

        await server.Server.AddApiAsync(OtherApi, """{"admin.clients.read": "See"}""");
        var elsewhere = await server.CallAsync(
            List, token: await ServiceTokenAsync("other-service", "admin.clients.read", OtherApi));
        Assert.Equal((HttpStatusCode.Unauthorized, "invalid_token"), (elsewhere.Status, elsewhere.Error));
        Assert.Contains("error=\"invalid_token\"", elsewhere.Challenge, StringComparison.Ordinal);

        var right = await server.CallAsync(List, token: await server.TokenAsync("admin.clients.read"));
        Assert.Equal(HttpStatusCode.OK, right.Status);
        Assert.True(right.Message.Headers.CacheControl!.NoStore);
    }

    [Fact]
    public async Task A_scope_that_the_token_lacks_is_missing_although_another_is_there()
    {
        var reader = await server.TokenAsync("admin.clients.read");
        var refused = await server.CallAsync("POST /admin/api/clients/demo-web/disable", token: reader);
        Assert.Equal((HttpStatusCode.Forbidden, "insufficient_scope"), (refused.Status, refused.Error));
        Assert.Contains("scope=\"admin.clients.write\"", refused.Challenge, StringComparison.Ordinal);
        Assert.True(await server.Database.ScalarAsync<bool>(
            "SELECT disabled_at IS NULL FROM oauth_clients WHERE client_id = 'demo-web'"));
    }

    [Theory]
    [InlineData("garbage")]
    [InlineData("a.b.c")]
    public async Task What_is_no_token_is_none(string token)
    {
        var refused = await server.CallAsync(List, token: token);
        Assert.Equal((HttpStatusCode.Unauthorized, "invalid_token"), (refused.Status, refused.Error));
    }

    /// <summary>The flag is read at every call, and goes through no consent and no call of the API.</summary>
    [Fact]
    public async Task A_client_that_may_no_longer_administer_is_refused_with_the_token_that_it_has()
    {
        await server.AddAdminAsync("dismissed", "https://dismissed.example/cb");
        var token = await server.TokenAsync("admin.clients.read", "dismissed");
        Assert.Equal(HttpStatusCode.OK, (await server.CallAsync(List, token: token)).Status);
        await server.Database.ExecuteAsync(
            "UPDATE oauth_clients SET may_administer = false WHERE client_id = 'dismissed'");
        await Eventually.BecomesTrue(
            async () => (await server.CallAsync(List, token: token)).Status == HttpStatusCode.Forbidden,
            TimeSpan.FromSeconds(10),
            "the client is refused");
    }

    [Fact]
    public async Task A_client_without_the_flag_gets_no_token_for_it()
    {
        await server.Database.ExecuteAsync(
            """
            INSERT INTO oauth_clients (client_id, client_secret, name, redirect_uris, allowed_scopes, allowed_resources,
                grant_types)
            VALUES ('pretender', $1, 'Pretender', '{}', '{admin.clients.read,admin.clients.write}', ARRAY[$2],
                '{client_credentials}')
            """,
            TestData.SecretHash, AdminServer.Audience);
        using var form = new FormUrlEncodedContent(Form("pretender", "admin.clients.read", AdminServer.Audience));
        using var answer = await server.Server.Http.PostAsync(
            new Uri("/oauth/token", UriKind.Relative), form, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains(
            "invalid_target",
            await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken),
            StringComparison.Ordinal);
    }

    private static Dictionary<string, string> Form(string client, string scope, string? resource)
    {
        var form = new Dictionary<string, string>
        {
            ["grant_type"] = "client_credentials",
            ["scope"] = scope,
            ["client_id"] = client,
            ["client_secret"] = TestData.Secret,
        };
        if (resource is not null) form["resource"] = resource;
        return form;
    }

    private async Task<string> ServiceTokenAsync(string client, string scope, string? resource)
    {
        await server.Database.ExecuteAsync(
            """
            INSERT INTO oauth_clients (client_id, client_secret, name, redirect_uris, allowed_scopes, allowed_resources,
                grant_types)
            VALUES ($1, $2, $1, '{}', ARRAY[$3], ARRAY[$4]::text[], '{client_credentials}')
            """,
            client, TestData.SecretHash, scope, resource ?? "https://unused.example/");
        using var body = new FormUrlEncodedContent(Form(client, scope, resource));
        using var answer = await server.Server.Http.PostAsync(
            new Uri("/oauth/token", UriKind.Relative), body, TestContext.Current.CancellationToken);
        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(answer.IsSuccessStatusCode, text);
        return System.Text.Json.JsonDocument.Parse(text).RootElement.GetProperty("access_token").GetString()!;
    }
}
