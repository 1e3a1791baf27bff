using System.Net;
using OAuthServer.Protocol;
using OAuthServer.ServerTests.Endpoints.OpenId;
using OAuthServer.Storage;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Endpoints.Logout;

/// <summary>Ending all access wins against what runs on two instances at that moment.</summary>
public sealed class AllAccessRaceTests(SignOutApps apps) : IClassFixture<SignOutApps>
{
    private const int Refreshes = 50;
    private const int Exchanges = 10;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    [Row("GTR-04")]
    public async Task It_wins_against_refreshes_and_exchanges_under_way()
    {
        await using var second = await apps.StartAsync();
        var app = $"app-{Guid.NewGuid():N}";
        await apps.AddAppAsync(app);
        var answered = new HashSet<HttpStatusCode>();
        for (var round = 0; round < Effort.Rounds(5); round++)
        {
            var (person, email) = await apps.AddPersonAsync();
            using var browser = await apps.SignInAsync(email);
            var sessions = new List<string?>();
            for (var i = 0; i < 5; i++) sessions.Add((await apps.OpenAsync(browser, app, i % 2 == 0 ? "openid read offline_access" : "read")).RefreshToken);
            var codes = new List<string>();
            for (var i = 0; i < Exchanges; i++) codes.Add((await browser.AuthorizeAsync(SignOutApps.Ask(app, i % 2 == 0 ? "openid offline_access" : "read"))).Code!);

            var racing = Enumerable.Range(0, Refreshes).Select(i => Task.Run(() => Instance(i, second).RefreshAsync(sessions[i % sessions.Count], app), Ct))
                .Concat(codes.Select((code, i) => Task.Run(() => Instance(i, second).RedeemAsync(code, app), Ct)))
                .Concat(Enumerable.Range(0, 4).Select(i => Task.Run(() => IssueAsync(browser, app), Ct))).ToList();
            // Somewhere in the middle of it, another place in each round.
            await Task.WhenAll(racing.Take(round * 7 % 30));
            await new Grants(apps.Database.Contexts, AccessTokenWindow.Usual).EndAllAccessAsync(person, EndedBy.Command, AuditContext.Command, Ct);
            var replies = await Task.WhenAll(racing);

            answered.UnionWith(replies.Select(reply => reply.Status));
            foreach (var reply in replies.Where(reply => reply.Status == HttpStatusCode.OK))
            {
                Assert.True(await apps.Server.IsRevokedAsync(reply.AccessToken!), $"round {round}: a token lives");
                Assert.Equal("invalid_grant", (await apps.Server.RefreshAsync(reply.RefreshToken, app)).Error);
            }

            foreach (var token in sessions) Assert.Equal("invalid_grant", (await second.RefreshAsync(token, app)).Error);
            foreach (var code in codes) Assert.Equal("invalid_grant", (await apps.Server.RedeemAsync(code, app)).Error);
            Assert.Equal(0, await apps.Database.ScalarAsync<long>("SELECT count(*) FROM oauth_refresh_tokens WHERE user_id = $1 AND revoked_at IS NULL", person));
            Assert.Equal(0, await apps.Database.ScalarAsync<long>("SELECT count(*) FROM oauth_authorization_codes WHERE user_id = $1 AND revoked_at IS NULL", person));
        }

        Assert.All(answered, status => Assert.True((int)status < 500, $"{status}"));
        Assert.Contains(HttpStatusCode.OK, answered);
        Assert.Contains(HttpStatusCode.BadRequest, answered);
    }

    // A code that the session makes meanwhile, redeemed at once.
    private async Task<Reply> IssueAsync(TestBrowser browser, string app)
    {
        using var answer = await browser.GetAsync(OpenIdAsks.For("openid offline_access", app).With("prompt", "none").Path);
        return await apps.Server.RedeemAsync(new AuthorizationAnswer(answer.Headers.Location!.OriginalString).Code ?? "none", app);
    }

    private TestServer Instance(int i, TestServer second) => i % 2 == 0 ? apps.Server : second;
}
