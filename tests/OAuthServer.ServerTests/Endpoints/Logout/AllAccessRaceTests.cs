using System.Net;
using Npgsql;
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
    private const int MostRounds = 100;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    [Row("GTR-04")]
    public async Task It_wins_against_refreshes_and_exchanges_under_way()
    {
        await using var second = await apps.StartAsync();
        var app = $"app-{Guid.NewGuid():N}";
        await apps.AddAppAsync(app);
        var answered = new HashSet<HttpStatusCode>();
        // On until some came before the end and some after it, which no number of rounds can promise.
        for (var round = 0; round < Effort.Rounds(5) || (round < MostRounds && answered.Count < 2); round++)
        {
            var (person, email) = await apps.AddPersonAsync();
            using var browser = await apps.SignInAsync(email);
            var sessions = new List<string?>();
            for (var i = 0; i < 5; i++)
                sessions.Add(
                    (await apps.OpenAsync(
                        browser, app, i % 2 == 0 ? "openid read offline_access" : "read")).RefreshToken);
            var codes = new List<string>();
            for (var i = 0; i < Exchanges; i++)
                codes.Add(
                    (await browser.AuthorizeAsync(
                        SignOutApps.Ask(app, i % 2 == 0 ? "openid offline_access" : "read"))).Code!);

            var racing = Enumerable.Range(0, Refreshes)
                .Select(i => Task.Run(() => Instance(i, second).RefreshAsync(sessions[i % sessions.Count], app), Ct))
                    .Concat(codes.Select((code, i) => Task.Run(() => Instance(i, second).RedeemAsync(code, app), Ct)))
                    .Concat(Enumerable.Range(0, 4).Select(i => Task.Run(() => IssueAsync(browser, app), Ct))).ToList();
            // Somewhere in the middle of it, another place in each round.
            await Task.WhenAll(racing.Take(round * 7 % 30));
            await new Grants(apps.Database.Contexts, AccessTokenWindow.Usual)
                .EndAllAccessAsync(person, EndedBy.Command, AuditContext.Command, Ct);
            var replies = await Task.WhenAll(racing);

            answered.UnionWith(replies.Select(reply => reply.Status));
            foreach (var reply in replies.Where(reply => reply.Status == HttpStatusCode.OK))
            {
                Assert.True(await apps.Server.IsRevokedAsync(reply.AccessToken!), $"round {round}: a token lives");
                Assert.Equal("invalid_grant", (await apps.Server.RefreshAsync(reply.RefreshToken, app)).Error);
            }

            foreach (var token in sessions)
                Assert.Equal("invalid_grant", (await second.RefreshAsync(token, app)).Error);
            foreach (var code in codes) Assert.Equal("invalid_grant", (await apps.Server.RedeemAsync(code, app)).Error);
            Assert.Equal(0, await apps.Database.ScalarAsync<long>(
                "SELECT count(*) FROM oauth_refresh_tokens WHERE user_id = $1 AND revoked_at IS NULL", person));
            Assert.Equal(0, await apps.Database.ScalarAsync<long>(
                "SELECT count(*) FROM oauth_authorization_codes WHERE user_id = $1 AND revoked_at IS NULL", person));
        }

        Assert.All(answered, status => Assert.True((int)status < 500, $"{status}"));
        Assert.Contains(HttpStatusCode.OK, answered);
        Assert.Contains(HttpStatusCode.BadRequest, answered);
    }

    /// <summary>
    /// Whoever makes a code holds the session's row, and is waited for: what is granted then ends too.
    /// </summary>
    [Fact]
    public async Task A_code_that_is_being_made_is_waited_for_and_ends()
    {
        var (person, email) = await apps.AddPersonAsync();
        using var browser = await apps.SignInAsync(email);
        await using var making = await apps.Database.DataSource.OpenConnectionAsync(Ct);
        await using var transaction = await making.BeginTransactionAsync(Ct);
        await using var code = new NpgsqlCommand(
            """
            INSERT INTO oauth_authorization_codes
                (id, code, client_id, user_id, redirect_uri, redirect_uri_was_sent, scope, session_id, expires_at)
            SELECT gen_random_uuid(), sha256(id::text::bytea), 'plain', user_id, 'https://rp.example/cb', true, 'read',
                id,
                   now() + interval '1 minute'
            FROM account_sessions WHERE user_id = $1 FOR SHARE
            """, making, transaction);
        code.Parameters.Add(new() { Value = person });
        Assert.Equal(1, await code.ExecuteNonQueryAsync(Ct));

        var ending = new Grants(apps.Database.Contexts, AccessTokenWindow.Usual)
            .EndAllAccessAsync(person, EndedBy.Command, AuditContext.Command, Ct);
        await Eventually.BecomesTrue(
            async () =>
                await apps.Database.ScalarAsync<bool>(
                    "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() "
                        + "AND wait_event_type = 'Lock')"),
            SignOutApps.Patience, "it waits for the code");
        await transaction.CommitAsync(Ct);
        await ending;

        Assert.Equal(0, await apps.Database.ScalarAsync<long>(
            "SELECT count(*) FROM oauth_authorization_codes WHERE user_id = $1 AND revoked_at IS NULL", person));
    }

    // A code that the session makes meanwhile, redeemed at once.
    private async Task<Reply> IssueAsync(TestBrowser browser, string app)
    {
        using var answer = await browser.GetAsync(
            OpenIdAsks.For("openid offline_access", app).With("prompt", "none").Path);
        return await apps.Server.RedeemAsync(
            new AuthorizationAnswer(answer.Headers.Location!.OriginalString).Code ?? "none", app);
    }

    private TestServer Instance(int i, TestServer second) => i % 2 == 0 ? apps.Server : second;
}
