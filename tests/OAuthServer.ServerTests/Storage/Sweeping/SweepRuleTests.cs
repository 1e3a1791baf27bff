using System.Net;
using Microsoft.Extensions.DependencyInjection;
using OAuthServer.Storage.Sweeping;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Storage.Sweeping;

/// <summary>What leaves, and what must stay.</summary>
public sealed class SweepRuleTests : IAsyncLifetime
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private TestServer _server = null!;

    private TestDatabase Database => _server.Database;

    public async ValueTask InitializeAsync() => _server = await TestServer.StartAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task A_family_leaves_within_a_day_after_its_tokens_end_and_what_is_kept()
    {
        await Database.AddFamiliesAsync(3, TimeSpan.FromDays(1) + Minute);
        await Database.AddFamiliesAsync(4, TimeSpan.FromDays(1) - Minute);
        await Database.AddFamiliesAsync(5, -Minute);

        await SweepAsync();

        Assert.Equal(9, await Database.CountAsync("oauth_refresh_tokens"));
        Assert.Equal(0, await Database.ScalarAsync<long>(
            "SELECT count(*) FROM oauth_refresh_tokens WHERE sweep_at <= now() - interval '1 day'"));
    }

    [Theory]
    [InlineData("7.00:00:00", 8 * 24)]
    [InlineData("6.23:30:00", 7 * 24)]
    [InlineData("00:30:00", 24)]
    public async Task A_family_is_due_at_the_first_whole_day_of_its_own_after_the_end_of_its_live_token(
        string lifetime, int hours)
    {
        await using var server = await TestServer.StartAsync(new()
        {
            Database = Database,
            Settings = new Dictionary<string, string?> { ["OAuth:RefreshTokenLifetime"] = lifetime },
        });
        var first = await server.TokensAsync();
        await AssertDueAfterAsync(hours);

        await Database.AgeAsync(TimeSpan.FromMinutes(29));
        var second = await server.RefreshAsync(first.RefreshToken);
        await AssertDueAfterAsync(hours);

        await Database.AgeAsync(TimeSpan.FromMinutes(29));
        await server.RefreshAsync(second.RefreshToken);
        await AssertDueAfterAsync(hours + (lifetime == "6.23:30:00" ? 24 : 0));

        async Task AssertDueAfterAsync(int expected) => Assert.Equal(
            TimeSpan.FromHours(expected),
            await Database.ScalarAsync<TimeSpan>(
                "SELECT sweep_at - created_at FROM oauth_refresh_tokens WHERE expires_at < sweep_at"));
    }

    [Fact]
    public async Task A_code_stays_as_long_as_a_family_can_live()
    {
        await Database.AddCodeAsync(TimeSpan.FromDays(90) + Minute);
        await Database.AddCodeAsync(TimeSpan.FromDays(90) - Minute);
        await Database.AddCodeAsync(-Minute);

        await SweepAsync();

        Assert.Equal(2, await Database.CountAsync("oauth_authorization_codes"));
        Assert.Equal(0, await Database.ScalarAsync<long>(
            "SELECT count(*) FROM oauth_authorization_codes WHERE expires_at <= now() - interval '90 days'"));
    }

    [Fact]
    public async Task A_used_JWT_stays_five_minutes_after_its_end()
    {
        await Database.AddUsedJwtAsync(TimeSpan.FromMinutes(5) + TimeSpan.FromSeconds(5));
        await Database.AddUsedJwtAsync(TimeSpan.FromMinutes(4));
        await Database.AddUsedJwtAsync(-Minute);

        await SweepAsync();

        Assert.Equal(2, await Database.CountAsync("oauth_used_jwts"));
        Assert.Equal(0, await Database.ScalarAsync<long>(
            "SELECT count(*) FROM oauth_used_jwts WHERE expires_at <= now() - interval '5 minutes'"));
    }

    [Fact]
    public async Task A_revoked_access_token_leaves_the_list_when_nobody_accepts_it_any_more()
    {
        await Database.AddRevokedAsync(TimeSpan.FromSeconds(1));
        await Database.AddRevokedAsync(-Minute);

        await SweepAsync();

        Assert.Equal(
            1, await Database.ScalarAsync<long>("SELECT count(*) FROM oauth_revoked_tokens WHERE expires_at > now()"));
        Assert.Equal(1, await Database.CountAsync("oauth_revoked_tokens"));
    }

    [Fact]
    public async Task A_pushed_request_leaves_when_no_second_answer_of_its_form_can_come()
    {
        await Database.ExecuteAsync(
            """
            INSERT INTO oauth_pushed_requests (request_uri, client_id, parameters, expires_at)
            SELECT sha256(ended::text::bytea), 'demo-web', '?state=x', now() - ended
            FROM unnest(ARRAY[interval '11 minutes', '9 minutes', '-1 minute']) AS ended
            """);

        await SweepAsync();

        Assert.Equal(0, await Database.ScalarAsync<long>(
            "SELECT count(*) FROM oauth_pushed_requests WHERE expires_at < now() - interval '10 minutes'"));
        Assert.Equal(2, await Database.CountAsync("oauth_pushed_requests"));
    }

    [Fact]
    public async Task A_replay_of_an_expired_used_token_still_ends_the_family_after_a_sweep()
    {
        var first = await _server.TokensAsync();
        await Database.AgeAsync(TimeSpan.FromDays(6));
        var second = await _server.RefreshAsync(first.RefreshToken);
        await Database.AgeAsync(TimeSpan.FromDays(1.5));
        await SweepAsync();

        Assert.Equal("invalid_grant", (await _server.RefreshAsync(first.RefreshToken)).Error);

        Assert.Equal("invalid_grant", (await _server.RefreshAsync(second.RefreshToken)).Error);
        Assert.Equal(1, await Database.ScalarAsync<long>(
            "SELECT count(*) FROM oauth_audit_events WHERE event = 'refresh_token_reused'"));
    }

    [Fact]
    public async Task An_old_token_is_known_as_long_as_its_family_lives()
    {
        var first = await _server.TokensAsync();
        var last = first;
        for (var week = 0; week < 3; week++)
        {
            await Database.AgeAsync(TimeSpan.FromDays(6.5));
            await SweepAsync();
            last = await _server.RefreshAsync(last.RefreshToken);
        }

        Assert.Equal("invalid_grant", (await _server.RefreshAsync(first.RefreshToken)).Error);

        Assert.Equal("refresh_token_reused", await Database.ScalarAsync<string>(
            "SELECT reason FROM oauth_audit_events WHERE reason IS NOT NULL ORDER BY id DESC LIMIT 1"));
        Assert.Equal("invalid_grant", (await _server.RefreshAsync(last.RefreshToken)).Error);
    }

    [Fact]
    public async Task A_swept_family_is_unknown_and_refused_all_the_same()
    {
        var first = await _server.TokensAsync();
        await Database.AgeAsync(TimeSpan.FromDays(9.5));
        await SweepAsync();

        Assert.Equal("invalid_grant", (await _server.RefreshAsync(first.RefreshToken)).Error);

        Assert.Equal(
            "refresh_token_unknown",
            await Database.ScalarAsync<string>("SELECT reason FROM oauth_audit_events ORDER BY id DESC LIMIT 1"));
    }

    [Fact]
    [Row("CODE-07")]
    public async Task A_code_replayed_weeks_later_still_ends_what_it_bought()
    {
        var code = await _server.CodeAsync();
        var tokens = await _server.RedeemAsync(code);
        for (var week = 0; week < 4; week++)
        {
            await Database.AgeAsync(TimeSpan.FromDays(6.5));
            await SweepAsync();
            tokens = await _server.RefreshAsync(tokens.RefreshToken);
            Assert.Equal(HttpStatusCode.OK, tokens.Status);
        }

        Assert.Equal("invalid_grant", (await _server.RedeemAsync(code)).Error);

        Assert.Equal("invalid_grant", (await _server.RefreshAsync(tokens.RefreshToken)).Error);
    }

    [Fact]
    public async Task People_consents_and_clients_are_left_alone()
    {
        await _server.TokensAsync();
        await Database.AgeAsync(TimeSpan.FromDays(1000));
        var (people, clients) = (await Database.CountAsync("accounts"), await Database.CountAsync("oauth_clients"));
        Assert.True(people > 0 && clients > 0);

        await SweepAsync();

        Assert.Equal(
            0,
            await Database.CountAsync("oauth_refresh_tokens") + await Database.CountAsync("oauth_authorization_codes"));
        Assert.Equal((people, clients, 1), (
            await Database.CountAsync("accounts"),
            await Database.CountAsync("oauth_clients"),
            await Database.CountAsync("oauth_consents")));
    }

    /// <summary>Rows of one day to six days after their end, and a setting for each table.</summary>
    [Fact]
    public async Task What_is_kept_of_people_after_its_end_has_a_time_for_each_table()
    {
        var settings = new Dictionary<string, string?>
        {
            ["Sweeper:KeepSessions"] = "2.00:00:00",
            ["Sweeper:KeepLogoutNotices"] = "3.00:00:00",
            ["Sweeper:KeepMails"] = "4.00:00:00",
            ["Sweeper:KeepLinks"] = "5.00:00:00",
        };
        await using var server = await TestServer.StartAsync(new() { Database = Database, Settings = settings });
        const string days = "FROM (SELECT day, now() - day * interval '1 day' - interval '1 minute' AS over FROM "
            + "generate_series(1, 6) AS day) AS d";
        await Database.ExecuteAsync(
            $"INSERT INTO account_sessions (id, user_id, kept, ends_at, ended_at) SELECT gen_random_uuid(), "
                + $"gen_random_uuid(), false, over, over {days}");
        await Database.ExecuteAsync(
            $"INSERT INTO oauth_logout_notices (client_id, session_id, user_id, names_person, done_at, outcome) SELECT "
                + $"'x', gen_random_uuid(), gen_random_uuid(), false, over, 'delivered' {days}");
        await Database.ExecuteAsync(
            $"INSERT INTO mail_outbox (kind, recipient, expires_at, done_at, outcome) SELECT 'Registration', "
                + $"'x@example.com', over, over, 'sent' {days}");
        await Database.ExecuteAsync(
            $"INSERT INTO account_tokens (hash, kind, address, normalized_address, made_at, expires_at) SELECT "
                + $"sha256(day::text::bytea), 'registration', 'x@example.com', 'X@EXAMPLE.COM', over, over {days}");

        await server.Services.GetRequiredService<Sweeper>().RunAsync(TestContext.Current.CancellationToken);

        Assert.Equal((1, 2, 3, 4), (
            await Database.CountAsync("account_sessions"),
            await Database.CountAsync("oauth_logout_notices"),
            await Database.CountAsync("mail_outbox"),
            await Database.CountAsync("account_tokens")));
    }

    private Task SweepAsync() =>
        _server.Services.GetRequiredService<Sweeper>().RunAsync(TestContext.Current.CancellationToken);
}
