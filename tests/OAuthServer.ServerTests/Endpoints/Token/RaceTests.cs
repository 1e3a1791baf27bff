using System.Net;
using Microsoft.IdentityModel.JsonWebTokens;
using OAuthServer.ServerTests.Fixtures;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Endpoints.Token;

/// <summary>Many requests at the same moment, over two instances on one database.</summary>
public sealed class RaceTests(SignedInServer flow) : IClassFixture<SignedInServer>, IAsyncLifetime
{
    private const int Racers = 100;

    private static readonly string[] Addresses = ["/oauth/token", "/oauth/refresh"];

    private TestServer _second = null!;

    private static int Rounds => Effort.Rounds(10);

    public async ValueTask InitializeAsync() => _second = await flow.SecondAsync();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    [Row("CODE-09")]
    public async Task A_code_redeemed_a_hundred_times_at_once_buys_one_token()
    {
        for (var round = 0; round < Rounds; round++)
        {
            var code = await flow.CodeAsync();

            var replies = await RaceAsync([flow.Server, _second], (server, _) => server.RedeemAsync(code));

            Assert.Single(replies, r => r.Status == HttpStatusCode.OK).IsTokens();
            Assert.All(replies.Where(r => r.Status != HttpStatusCode.OK), r => r.IsError("invalid_grant"));
            Assert.Equal(1, await FamiliesAsync(flow.Database));
        }
    }

    [Fact]
    [Row("REF-03")]
    [Row("REF-12")]
    public async Task A_refresh_token_presented_a_hundred_times_at_once_gives_everyone_the_same_successor()
    {
        for (var round = 0; round < Rounds; round++)
        {
            var first = await flow.TokensAsync();

            var replies = await RaceAsync(
                [flow.Server, _second],
                (server, racer) => server.RefreshAsync(first.RefreshToken, path: Addresses[racer / 2 % 2]));

            var successor = Assert.Single(replies.Select(r => r.IsTokens().RefreshToken).Distinct());
            Assert.NotEqual(first.RefreshToken, successor);
            Assert.Equal(1, await flow.Database.ScalarAsync<long>(
                "SELECT count(*) FROM oauth_audit_events WHERE event = 'refresh_token_rotated' "
                    + "AND replace(grant_id::text, '-', '') = $1", FamilyOf(first)));
            Assert.Equal(HttpStatusCode.OK, (await _second.RefreshAsync(successor)).Status);
        }
    }

    [Fact]
    [Row("REF-03")]
    [Row("REF-13")]
    public async Task Without_a_retry_window_one_request_wins_and_the_family_is_revoked()
    {
        var strict = new TestServerOptions
        {
            Database = flow.Database,
            Settings = new Dictionary<string, string?> { ["OAuth:RefreshRetryWindow"] = "00:00:00" },
        };
        await using var one = await TestServer.StartAsync(strict);
        await using var two = await TestServer.StartAsync(strict);
        for (var round = 0; round < Rounds; round++)
        {
            var first = await flow.TokensAsync();

            var replies = await RaceAsync([one, two], (server, _) => server.RefreshAsync(first.RefreshToken));

            var winner = Assert.Single(replies, r => r.Status == HttpStatusCode.OK);
            Assert.All(replies.Where(r => r != winner), r => r.IsError("invalid_grant"));
            Assert.Equal("invalid_grant", (await one.RefreshAsync(winner.RefreshToken)).Error);
            Assert.True(await one.IsRevokedAsync(winner.AccessToken!));
            Assert.Equal(0, await LiveAsync(flow.Database, first));
        }
    }

    [Fact]
    public async Task A_revocation_that_races_rotations_leaves_no_live_token()
    {
        for (var round = 0; round < Rounds; round++)
        {
            var first = await flow.TokensAsync();
            var rotating = RotateUntilRefusedAsync(first.RefreshToken);

            var revoked = await _second.RevokeAsync(first.RefreshToken);

            Assert.Equal(HttpStatusCode.OK, revoked.Status);
            Assert.Equal("invalid_grant", (await rotating).Error);
            Assert.Equal(0, await LiveAsync(flow.Database, first));
        }
    }

    [Fact]
    public async Task A_withdrawal_by_the_person_that_races_rotations_and_an_exchange_leaves_no_live_token()
    {
        for (var round = 0; round < Rounds; round++)
        {
            var first = await flow.TokensAsync();
            var code = await flow.CodeAsync();
            var form = await TestBrowser.FormAsync(
                await flow.Browser.GetAsync("/account/connections"), "/account/connections/withdraw");
            var rotating = RotateUntilRefusedAsync(first.RefreshToken);
            var exchanging = _second.RedeemAsync(code);

            using var withdrawn = await flow.Browser.PostAsync(form.Action, form.Fields);

            Assert.Equal(HttpStatusCode.SeeOther, withdrawn.StatusCode);
            Assert.Equal("invalid_grant", (await rotating).Error);
            Assert.Contains((await exchanging).Status, new[] { HttpStatusCode.OK, HttpStatusCode.BadRequest });
            Assert.Equal(0, await flow.Database.ScalarAsync<long>(
                "SELECT count(*) FROM oauth_refresh_tokens WHERE revoked_at IS NULL"));
            Assert.Equal(0, await flow.Database.ScalarAsync<long>("SELECT count(*) FROM oauth_consents"));
        }
    }

    // Everyone waits at the barrier until the last one has come: the requests leave together.
    private static async Task<Reply[]> RaceAsync(TestServer[] instances, Func<TestServer, int, Task<Reply>> request)
    {
        var barrier = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var racing = Enumerable.Range(0, Racers).Select(async racer =>
        {
            await barrier.Task;
            return await request(instances[racer % instances.Length], racer);
        }).ToArray();
        barrier.SetResult();
        return await Task.WhenAll(racing);
    }

    // Every answer until the refusal must be tokens: a withdrawal in between is never an error of the server.
    private async Task<Reply> RotateUntilRefusedAsync(string? refreshToken)
    {
        while (true)
        {
            var reply = await flow.Server.RefreshAsync(refreshToken);
            if (reply.Status != HttpStatusCode.OK) return reply;
            refreshToken = reply.RefreshToken;
        }
    }

    private static async Task<long> FamiliesAsync(TestDatabase database) => await database.ScalarAsync<long>(
        "SELECT count(*) FROM oauth_refresh_tokens WHERE id = (SELECT id FROM oauth_authorization_codes "
            + "WHERE used_at IS NOT NULL ORDER BY created_at DESC LIMIT 1)");

    private static async Task<long> LiveAsync(TestDatabase database, Reply tokens) => await database.ScalarAsync<long>(
        "SELECT count(*) FROM oauth_refresh_tokens WHERE revoked_at IS NULL AND replace(id::text, '-', '') = $1",
        FamilyOf(tokens));

    private static string FamilyOf(Reply tokens) => new JsonWebToken(tokens.AccessToken).Id.Split('.')[0];
}
