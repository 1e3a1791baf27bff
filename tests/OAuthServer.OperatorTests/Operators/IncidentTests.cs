using System.Net;
using OAuthServer.Testing;

namespace OAuthServer.OperatorTests.Operators;

/// <summary>The statements of docs/operations/incidents.md that end something end it.</summary>
public sealed class IncidentTests
{
    private const string Page = "docs/operations/incidents.md";

    [Fact]
    public async Task An_account_that_was_taken_over_is_closed_and_opened_again()
    {
        await using var server = await TestServer.StartAsync();
        using var browser = new TestBrowser(server);
        var unused = (await browser.AuthorizeAsync(new AuthorizationAsk())).Code;
        var tokens = await server.RedeemAsync((await browser.AuthorizeAsync(new AuthorizationAsk())).Code);
        var statements = DocumentedSql.Blocks(Page, "## An account was taken over");

        await server.Database.ExecuteAsync(statements[1]);
        Assert.Equal("invalid_grant", (await server.RefreshAsync(tokens.RefreshToken)).Error);
        Assert.Equal("invalid_grant", (await server.RedeemAsync(unused)).Error);
        Assert.True(await server.IsRevokedAsync(tokens.AccessToken!));
        using var stranger = new TestBrowser(server);
        await Assert.ThrowsAsync<InvalidOperationException>(() => stranger.SignInAsync());

        await server.Database.ExecuteAsync(statements[2]);
        await stranger.SignInAsync();
        Assert.Equal("invalid_grant", (await server.RefreshAsync(tokens.RefreshToken)).Error);
        const string consents = "SELECT count(*) FROM oauth_consents WHERE user_id = $1";
        Assert.Equal(0, await server.Database.ScalarAsync<long>(consents, TestData.AliceId));
    }

    [Fact]
    public async Task What_a_restore_brought_back_to_life_is_ended_before_the_first_instance_starts()
    {
        await using var database = await TestData.CreateDatabaseAsync(fullHashCost: true);
        Reply tokens;
        string? code;
        IReadOnlyDictionary<string, string> cookies;
        await using (var before = await TestServer.StartAsync(new() { Database = database }))
        {
            using var browser = new TestBrowser(before);
            code = (await browser.AuthorizeAsync(new AuthorizationAsk())).Code;
            tokens = await before.RedeemAsync((await browser.AuthorizeAsync(new AuthorizationAsk())).Code);
            cookies = new Dictionary<string, string>(browser.Cookies);
            Assert.Equal(HttpStatusCode.OK, await ConnectionsAsync(before, cookies));
        }

        await database.ExecuteAsync(DocumentedSql.Blocks(Page, "## The database was restored from a backup")[0]);

        await using var after = await TestServer.StartAsync(new() { Database = database });
        Assert.Equal("invalid_grant", (await after.RefreshAsync(tokens.RefreshToken)).Error);
        Assert.Equal("invalid_grant", (await after.RedeemAsync(code)).Error);
        Assert.Equal(HttpStatusCode.SeeOther, await ConnectionsAsync(after, cookies));
        using var again = new TestBrowser(after);
        Assert.NotNull((await again.AuthorizeAsync(new AuthorizationAsk())).Code);
    }

    [Fact]
    public async Task A_leaked_secret_ends_at_once_and_what_the_app_held_with_it()
    {
        await using var server = await TestServer.StartAsync();
        var tokens = await server.TokensAsync();
        Assert.Contains(
            "OAuthServer clients rotate-secret ID --keep-old 0 --force",
            File.ReadAllText(DocumentedSql.PathOf(Page)),
            StringComparison.Ordinal);

        var rotated = await new ClientsRunner(server.Database)
            .RunAsync("rotate-secret", TestData.Web, "--keep-old", "0", "--force", "--json");
        await Eventually.BecomesTrue(
            async () => (await server.RefreshAsync(tokens.RefreshToken)).Error == "invalid_client",
            TimeSpan.FromSeconds(10),
            "the leaked secret is refused");
        await server.Database.ExecuteAsync(DocumentedSql.Blocks(Page, "## A client secret leaked")[1]);
        var refused = await server.PostFormAsync(
            "/oauth/token",
            ("grant_type", "refresh_token"),
            ("refresh_token", tokens.RefreshToken),
            ("client_id", TestData.Web),
            ("client_secret", rotated.Json.GetProperty("client_secret").GetString()));
        Assert.Equal("invalid_grant", refused.Error);
        Assert.True(await server.IsRevokedAsync(tokens.AccessToken!));
    }

    private static async Task<HttpStatusCode> ConnectionsAsync(
        TestServer server, IReadOnlyDictionary<string, string> cookies)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri("/account/connections", UriKind.Relative));
        request.Headers.Add("Cookie", string.Join("; ", cookies.Select(cookie => $"{cookie.Key}={cookie.Value}")));
        using var answer = await server.Http.SendAsync(request);
        return answer.StatusCode;
    }
}
