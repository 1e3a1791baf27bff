using OAuthServer.Protocol;
using OAuthServer.Storage;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Storage;

/// <summary>
/// What each question about a table finds, and beside it the rows that are nearly the same and are not found.
/// </summary>
public sealed class QuestionTests : IAsyncLifetime
{
    private static readonly AuditContext Nobody = new(null, null);

    private TestDatabase _database = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _database = await TestData.CreateDatabaseAsync();

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Fact]
    public async Task Each_condition_on_audit_events_holds_alone()
    {
        var moment = new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
        await _database.ExecuteAsync(
            """
            INSERT INTO oauth_audit_events (occurred_at, event, reason, client_id, pseudonym, address, correlation_id)
                VALUES
                ($1, 'e1', 'r1', 'c1', pseudonym_of($2), 'a1', 'i1'),
                ($1 + interval '1 microsecond', 'e2', 'r2', 'c2', pseudonym_of($3), 'a2', 'i2'),
                ($1 + interval '1 hour', 'e3', NULL, NULL, NULL, NULL, NULL)
            """,
            moment, TestData.AliceId, TestData.BobId);

        await FindsAsync("1 2 3", new AuditFilter());
        await FindsAsync("2 3", new AuditFilter { AboveId = 1 });
        await FindsAsync("1 2 3", new AuditFilter { Since = moment });
        await FindsAsync("2 3", new AuditFilter { Since = moment.AddMicroseconds(1) });
        await FindsAsync("1", new AuditFilter { Until = moment.AddMicroseconds(1) });
        await FindsAsync("", new AuditFilter { Until = moment });
        await FindsAsync("1", new AuditFilter { Event = "e1" });
        await FindsAsync("2", new AuditFilter { Reason = "r2" });
        await FindsAsync("1", new AuditFilter { ClientId = "c1" });
        await FindsAsync("2", new AuditFilter { UserId = TestData.BobId });
        await FindsAsync("", new AuditFilter { UserId = Guid.NewGuid() });
        await FindsAsync("1", new AuditFilter
        {
            Pseudonym = await _database.ScalarAsync<Guid>("SELECT pseudonym_of($1)", TestData.AliceId),
        });
        await FindsAsync("", new AuditFilter { Pseudonym = TestData.AliceId });
        await FindsAsync("1", new AuditFilter { Address = "a1" });
        await FindsAsync("2", new AuditFilter { CorrelationId = "i2" });
        await FindsAsync("", new AuditFilter { CorrelationId = "i2", Event = "e1" });
        await FindsAsync("2 3", new AuditFilter(), limit: 2);
    }

    [Fact]
    public async Task A_range_of_audit_events_has_both_its_ends()
    {
        await _database.ExecuteAsync(
            "INSERT INTO oauth_audit_events (event, occurred_at) SELECT 'e', '2026-03-01T12:00:00Z'::timestamptz - row "
                + "* interval '1 hour' FROM generate_series(1, 5) AS row");
        var log = new AuditEvents(_database.Contexts);

        var ids = new List<long>();
        await foreach (var row in log.RangeAsync(2, 4, Ct)) ids.Add(row.Id);
        Assert.Equal([2, 3, 4], ids);
        Assert.Equal((3, new DateTime(2026, 3, 1, 8, 0, 0, DateTimeKind.Utc)), await log.CountAsync(2, 4, Ct));
        Assert.Equal((0, null), await log.CountAsync(6, 9, Ct));
    }

    [Fact]
    public async Task What_waits_for_its_seal_is_the_first_row_above_the_last_seal()
    {
        var seals = new AuditSeals(_database.Contexts);
        Assert.Null(await seals.LagAsync(Ct));
        await _database.ExecuteAsync(
            "INSERT INTO oauth_audit_events (event, occurred_at) SELECT 'e', now() - row * interval '1 hour' "
                + "FROM generate_series(1, 5) AS row");
        Assert.InRange((await seals.LagAsync(Ct))!.Value, TimeSpan.FromHours(1), TimeSpan.FromHours(1.1));

        await AddSealAsync(1, "2026-03-01", 1, 1);
        await AddSealAsync(2, "2026-03-01", 2, 3);
        Assert.InRange((await seals.LagAsync(Ct))!.Value, TimeSpan.FromHours(4), TimeSpan.FromHours(4.1));
        await AddSealAsync(3, "2026-03-01", 4, 5);

        Assert.Null(await seals.LagAsync(Ct));
    }

    [Fact]
    public async Task Rows_that_may_have_left_end_before_the_first_seal_of_a_day_that_stays()
    {
        var seals = new AuditSeals(_database.Contexts);
        var today = await _database.ScalarAsync<DateTime>("SELECT (now() AT TIME ZONE 'UTC')::date::timestamp");
        Assert.Equal(0, await seals.LastExpiredIdAsync(TimeSpan.FromDays(10), Ct));
        for (var day = 0; day < 3; day++)
            await AddSealAsync(day + 1, $"{today.AddDays(day - 12):yyyy-MM-dd}", (day * 10) + 1, (day * 10) + 10);

        Assert.Equal(20, await seals.LastExpiredIdAsync(TimeSpan.FromDays(10), Ct));
        Assert.Equal(10, await seals.LastExpiredIdAsync(TimeSpan.FromDays(11), Ct));
        Assert.Equal(0, await seals.LastExpiredIdAsync(TimeSpan.FromDays(12), Ct));
        Assert.Equal(30, await seals.LastExpiredIdAsync(TimeSpan.FromDays(1), Ct));
    }

    [Fact]
    public async Task Seals_come_in_the_order_of_their_numbers()
    {
        await AddSealAsync(2, "2026-03-01", 11, 12);
        await AddSealAsync(1, "2026-03-02", 13, 14);

        var order = new List<long>();
        await foreach (var seal in new AuditSeals(_database.Contexts).ListAsync(Ct)) order.Add(seal.Sequence);
        Assert.Equal([1, 2], order);
        await using var turn = (await new AuditSeals(_database.Contexts).TryBeginAsync(Ct))!;
        Assert.Equal(2, (await turn.LastAsync(Ct))!.Sequence);
    }

    [Fact]
    public async Task One_turn_at_sealing_keeps_others_out_and_looks_at_this_database_alone()
    {
        var seals = new AuditSeals(_database.Contexts);
        await _database.ExecuteAsync("INSERT INTO oauth_audit_events (event) SELECT 'e' FROM generate_series(1, 5)");
        await using (var turn = (await seals.TryBeginAsync(Ct))!)
        {
            Assert.Null(await seals.TryBeginAsync(Ct));
            var (highest, writers) = await turn.LookAsync(Ct);
            Assert.Equal((5, 0), (highest, writers.Count));
            var ids = new List<long>();
            await foreach (var row in turn.RowsAsync(2, 4, 2).WithCancellation(Ct)) ids.Add(row.Id);
            Assert.Equal([2, 3], ids);
            Assert.Empty(await turn.StillWritingAsync(["1/1"], Ct));
        }

        await using var next = await seals.TryBeginAsync(Ct);
        Assert.NotNull(next);
    }

    [Fact]
    public async Task A_key_signs_from_its_first_time_until_another_does()
    {
        var keys = new SigningKeys(_database.Contexts);
        foreach (var key in (string[])["a", "b"]) await keys.NotePublishedAsync(key, "n", "e", Ct);
        await keys.NotePublishedAsync("a", "n", "e", Ct);
        Assert.Null(await keys.SigningForAsync("a", Ct));
        await keys.NoteSigningAsync("a", Ct);
        await _database.ExecuteAsync(
            "UPDATE oauth_signing_keys SET signs_since = signs_since - interval '1 hour' WHERE kid = 'a'");
        await keys.NoteSigningAsync("a", Ct);
        Assert.InRange((await keys.SigningForAsync("a", Ct))!.Value, TimeSpan.FromHours(1), TimeSpan.FromHours(1.1));
        Assert.Equal((null, null), (await keys.StoppedSigningAsync("a", Ct), await keys.SigningForAsync("b", Ct)));

        await keys.NoteSigningAsync("b", Ct);
        await _database.ExecuteAsync(
            "UPDATE oauth_signing_keys SET signs_until = signs_until - interval '2 hours' WHERE kid = 'a'");
        await keys.NoteSigningAsync("b", Ct);
        Assert.InRange(
            (await keys.StoppedSigningAsync("a", Ct))!.Value, TimeSpan.FromHours(2), TimeSpan.FromHours(2.1));
        Assert.Null(await keys.StoppedSigningAsync("b", Ct));

        await keys.NoteSigningAsync("a", Ct);
        Assert.Null(await keys.StoppedSigningAsync("a", Ct));
        Assert.InRange((await keys.StoppedSigningAsync("b", Ct))!.Value, TimeSpan.Zero, TimeSpan.FromMinutes(1));
        Assert.Equal(
            ["signing_key_published a", "signing_key_published b", "signing_key_signs a", "signing_key_signs b"],
            (await _database.QueryAsync("SELECT event, kid FROM oauth_audit_events ORDER BY id"))
                .Select(row => $"{row["event"]} {row["kid"]}"));
    }

    [Fact]
    public async Task A_key_that_is_published_no_more_is_withdrawn_once_it_is_older_than_the_lag()
    {
        var keys = new SigningKeys(_database.Contexts);
        foreach (var key in (string[])["kept", "young", "old"]) await keys.NotePublishedAsync(key, "n", "e", Ct);
        await _database.ExecuteAsync(
            "UPDATE oauth_signing_keys SET published_at = now() - CASE kid WHEN 'young' THEN interval '59 minutes' "
                + "ELSE interval '61 minutes' END");

        for (var turn = 0; turn < 2; turn++) await keys.NoteWithdrawnAsync(["kept"], TimeSpan.FromHours(1), Ct);

        Assert.Equal("old", await _database.ScalarAsync<string>(
            "SELECT string_agg(kid, ' ') FROM oauth_signing_keys WHERE withdrawn_at IS NOT NULL"));
        Assert.Equal(1, await _database.ScalarAsync<long>(
            "SELECT count(*) FROM oauth_audit_events WHERE event = 'signing_key_withdrawn' AND kid = 'old'"));
    }

    [Fact]
    public async Task Consents_are_those_of_one_person_with_one_app_newest_first()
    {
        await _database.ExecuteAsync(
            """
            INSERT INTO oauth_consents (user_id, client_id, resource, scopes, granted_at) VALUES
                ($1, 'demo-web', 'urn:a', '{read}', now() - interval '2 days'), ($1, 'demo-spa', 'urn:a',
                    '{read,write}', now() - interval '1 day'),
                ($2, 'demo-web', 'urn:a', '{write}', now())
            """,
            TestData.AliceId, TestData.BobId);
        var consents = new Consents(_database.Contexts);

        Assert.Equal(["read"], (await consents.FindAsync(TestData.AliceId, "demo-web", Ct))["urn:a"]);
        Assert.Empty(await consents.FindAsync(TestData.BobId, "demo-spa", Ct));
        Assert.Equal(
            ["demo-spa", "demo-web"], (await consents.ListAsync(TestData.AliceId, Ct)).Select(app => app.ClientId));
        Assert.All(
            await consents.ListAsync(TestData.AliceId, Ct), app => Assert.NotEqual(app.ClientId, app.ClientName));
    }

    [Fact]
    public async Task A_session_is_live_until_its_end_with_the_stamp_of_now_and_an_account_that_is_not_disabled()
    {
        var accounts = new OAuthServer.Storage.Accounts(_database.Contexts);
        var sessions = new Sessions(_database.Contexts);
        var alice = (await accounts.FindAsync("alice@example.com", Ct))!;
        Assert.Equal(TestData.AliceId, alice.Id);
        Assert.Null(await accounts.FindAsync("ALICE@example.com", Ct));
        var stamp = alice.SecurityStamp!;
        Assert.Null(await sessions.BeginAsync(Begin(alice.Id, stamp + "x"), Ct));
        var id = (await sessions.BeginAsync(Begin(alice.Id, stamp), Ct))!.Id;

        Assert.True(await sessions.IsLiveAsync(id, alice.Id, stamp, Ct));
        Assert.False(await sessions.IsLiveAsync(id, alice.Id, stamp + "x", Ct));
        Assert.False(await sessions.IsLiveAsync(id, TestData.BobId, stamp, Ct));
        Assert.False(await sessions.IsLiveAsync(Guid.NewGuid(), alice.Id, stamp, Ct));
        Assert.True(await sessions.TryUseAsync(id, TimeSpan.FromDays(14), Ct));
        await _database.ExecuteAsync("UPDATE account_sessions SET ends_at = now() WHERE id = $1", id);
        Assert.False(await sessions.IsLiveAsync(id, alice.Id, stamp, Ct));
        Assert.False(await sessions.TryUseAsync(id, TimeSpan.FromDays(14), Ct));
        await _database.ExecuteAsync(
            "UPDATE account_sessions SET ends_at = now() + interval '1 hour' WHERE id = $1", id);
        Assert.True(await sessions.IsLiveAsync(id, alice.Id, stamp, Ct));

        await _database.ExecuteAsync("UPDATE accounts SET disabled_at = now() WHERE id = $1", alice.Id);
        var renewed = (await accounts.FindAsync("alice@example.com", Ct))!.SecurityStamp!;
        Assert.False(await sessions.IsLiveAsync(id, alice.Id, renewed, Ct));
        Assert.Null(await sessions.BeginAsync(Begin(alice.Id, renewed), Ct));
    }

    private static NewSession Begin(Guid userId, string stamp) => new()
    {
        UserId = userId,
        SecurityStamp = stamp,
        Kept = false,
        Lifetime = TimeSpan.FromHours(8),
        Audit = Nobody,
    };

    [Fact]
    public async Task The_list_of_revoked_tokens_has_what_could_still_be_accepted_each_once_and_as_they_came()
    {
        var revoked = new RevokedTokens(_database.Contexts, new AccessTokenWindow(TimeSpan.FromMinutes(20)));
        foreach (var id in (string[])["b", "a", "b", "c"])
            await revoked.AddAsync(id, "demo-web", TestData.AliceId, Nobody, Ct);
        await _database.ExecuteAsync("UPDATE oauth_revoked_tokens SET expires_at = now() WHERE jti = 'c'");

        var read = await revoked.ReadAsync(0, Ct);
        Assert.Equal(["b", "a"], read.Ids);
        Assert.Equal(["a"], (await revoked.ReadAsync(read.AddedBy[1], Ct)).Ids);
        Assert.Equal(
            3,
            await _database.ScalarAsync<long>(
                "SELECT count(*) FROM oauth_audit_events WHERE event = 'token_revoked' AND client_id = 'demo-web' "
                    + "AND pseudonym = pseudonym_of($1)",
                TestData.AliceId));
        Assert.InRange(
            await _database.ScalarAsync<TimeSpan>(
                "SELECT expires_at - now() FROM oauth_revoked_tokens WHERE jti = 'a'"),
            TimeSpan.FromMinutes(19), TimeSpan.FromMinutes(20));
    }

    /// <summary>
    /// A live code or session of the client names its holder; one that is over, used, or of another client does not.
    /// </summary>
    [Theory]
    [InlineData("code", "", true)]
    [InlineData("code", "expires_at = now()", false)]
    [InlineData("code", "expires_at = now() + interval '1 minute'", true)]
    [InlineData("code", "used_at = now()", false)]
    [InlineData("code", "revoked_at = now()", false)]
    [InlineData("code", "client_id = 'other-web'", false)]
    [InlineData("token", "", true)]
    [InlineData("token", "expires_at = now()", false)]
    [InlineData("token", "revoked_at = now()", false)]
    [InlineData("token", "client_id = 'other-web'", false)]
    public async Task What_is_presented_names_its_holder_while_it_is_live(string kind, string change, bool isFound)
    {
        var presented = kind == "code" ? Handle.New() : RefreshTokenValue.New(TimeProvider.System.GetUtcNow());
        if (kind == "code")
        {
            await _database.AddCodeAsync(-TimeSpan.FromMinutes(5));
            await _database.ExecuteAsync(
                "UPDATE oauth_authorization_codes SET code = $1, user_id = $2",
                Handle.Hash(presented),
                TestData.AliceId);
        }
        else
        {
            await _database.AddFamiliesAsync(1, -TimeSpan.FromDays(1));
            await _database.ExecuteAsync(
                "UPDATE oauth_refresh_tokens SET family = $1, user_id = $2",
                RefreshTokenValue.FamilyKey(presented),
                TestData.AliceId);
        }

        var table = kind == "code" ? "oauth_authorization_codes" : "oauth_refresh_tokens";
        if (change.Length > 0) await _database.ExecuteAsync($"UPDATE {table} SET {change}");
        var grants = new OAuthServer.Storage.Grants(
            _database.Contexts, new AccessTokenWindow(TimeSpan.FromMinutes(20)));

        Assert.Equal(isFound ? TestData.AliceId : null, await grants.FindHolderAsync(presented, "demo-web", Ct));
        Assert.Null(await grants.FindHolderAsync(presented + "x", "demo-web", Ct));
    }

    private async Task FindsAsync(string ids, AuditFilter filter, int limit = 100) =>
        Assert.Equal(ids, string.Join(
            ' ',
            (await new AuditEvents(_database.Contexts).FindAsync(filter, limit, Ct)).Select(found => found.Row.Id)));

    private async Task AddSealAsync(long sequence, string day, long from, long to)
    {
        await _database.ExecuteAsync(
            "INSERT INTO oauth_signing_keys (kid, n, e) VALUES ('k', 'n', 'e') ON CONFLICT DO NOTHING");
        await _database.ExecuteAsync(
            $"INSERT INTO oauth_audit_seals VALUES ($1, '{day}', $2, $3, 1, sha256('x'), now(), 'k', 'x')",
            sequence,
            from,
            to);
    }
}
