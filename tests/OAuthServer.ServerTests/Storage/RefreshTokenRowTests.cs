using System.Buffers.Text;
using System.Net;
using System.Security.Cryptography;
using OAuthServer.Protocol;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Storage;

/// <summary>What the table does not check by itself, for a check costs every refresh: the server's statements see to it.</summary>
public sealed class RefreshTokenRowTests
{
    [Fact]
    [Row("REF-08")]
    public async Task A_family_is_one_row_of_hashes_and_its_token_ends_with_it_at_the_latest()
    {
        await using var database = await TestData.CreateDatabaseAsync();
        // A family that lives no longer than a token: each successor would outlive it by the time between the two.
        await using var server = await TestServer.StartAsync(new()
        {
            Database = database,
            Settings = new Dictionary<string, string?> { ["OAuth:RefreshTokenLifetime"] = "1.00:00:00", ["OAuth:RefreshTokenFamilyLifetime"] = "1.00:00:00" },
        });
        var first = await server.TokensAsync();
        var second = await server.RefreshAsync(first.RefreshToken);
        await server.RefreshAsync(second.RefreshToken);

        // Whoever looks at the row may read when the family began: to the second, up to what it then took to store it.
        var row = Assert.Single(await database.QueryAsync("""
            SELECT length(handle) AS handle, length(token) AS token, length(previous_token) AS previous, length(successor_nonce) AS nonce,
                   expires_at = family_expires_at AS together, created_at < rotated_at AS rotated,
                   ('x' || encode(substr(handle, 1, 4), 'hex'))::bit(32)::bigint BETWEEN extract(epoch FROM created_at) - 60 AND extract(epoch FROM created_at) + 1 AS punctual
            FROM oauth_refresh_token_families
            """));
        Assert.Equal((36, 32, 32, 32), ((int)row["handle"]!, (int)row["token"]!, (int)row["previous"]!, (int)row["nonce"]!));
        Assert.True((bool)row["together"]! && (bool)row["rotated"]! && (bool)row["punctual"]!);
        Assert.Equal(0L, await database.ScalarAsync<long>("SELECT count(*) FROM oauth_refresh_tokens"));
    }

    [Fact]
    public async Task A_refresh_adds_no_index_entry_but_once_a_day()
    {
        await using var database = await TestData.CreateDatabaseAsync();
        await using var server = await TestServer.StartAsync(new() { Database = database });
        var refreshToken = (await server.TokensAsync()).RefreshToken;
        await RefreshAsync(20);
        Assert.Equal((20, 20), await UpdatesAsync(20));

        // One update makes the row a day older; of the ten after it the first notes another day.
        await database.AgeAsync(TimeSpan.FromDays(1));
        await RefreshAsync(10);

        Assert.Equal((31, 29), await UpdatesAsync(31));

        async Task RefreshAsync(int times)
        {
            for (var i = 0; i < times; i++) refreshToken = (await server.RefreshAsync(refreshToken)).RefreshToken;
        }

        // Statistics arrive a moment after the commit.
        async Task<(long All, long HeapOnly)> UpdatesAsync(long expected)
        {
            (long All, long HeapOnly) updates = default;
            await Eventually.BecomesTrue(async () =>
            {
                var row = (await database.QueryAsync("SELECT n_tup_upd, n_tup_hot_upd FROM pg_stat_user_tables WHERE relname = 'oauth_refresh_token_families'")).Single();
                updates = ((long)row["n_tup_upd"]!, (long)row["n_tup_hot_upd"]!);
                return updates.All >= expected;
            }, TimeSpan.FromSeconds(20), "the updates are counted");
            return updates;
        }
    }

    [Fact]
    [Row("REF-13")]
    public async Task A_token_from_before_schema_013_is_refreshed_repeated_and_known_when_it_is_used_again()
    {
        await using var database = await TestData.CreateDatabaseAsync();
        await using var server = await TestServer.StartAsync(new() { Database = database });
        var session = await server.TokensAsync();
        foreach (var bytes in new[] { 32, 36 })
        {
            var nonce = Enumerable.Range(0, bytes).Select(n => (byte)n).ToArray();
            var older = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(bytes));
            var old = RefreshTokenValue.Successor(nonce, older);
            await database.StoreEarlierAsync(session, nonce, older, old);

            // Its answer was lost just before the upgrade; then it goes on as any other.
            Assert.Equal(old, (await server.RefreshAsync(older)).RefreshToken);
            var successor = await server.RefreshAsync(old);
            Assert.Equal(70, successor.RefreshToken!.Length);
            Assert.Equal(successor.RefreshToken, (await server.RefreshAsync(old)).RefreshToken);
            var last = await server.RefreshAsync(successor.RefreshToken);
            Assert.Equal(HttpStatusCode.OK, last.Status);
            Assert.Equal("invalid_grant", (await server.RefreshAsync(old)).Error);
            Assert.Equal("invalid_grant", (await server.RefreshAsync(last.RefreshToken)).Error);
        }

        Assert.Equal(2L, await database.ScalarAsync<long>("SELECT count(*) FROM oauth_audit_events WHERE event = 'refresh_token_reused'"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_token_from_before_schema_013_is_revoked_before_and_after_it_was_refreshed(bool refreshed)
    {
        await using var database = await TestData.CreateDatabaseAsync();
        await using var server = await TestServer.StartAsync(new() { Database = database });
        var token = Handle.New();
        await database.StoreEarlierAsync(await server.TokensAsync(), null, token);
        var live = refreshed ? (await server.RefreshAsync(token)).RefreshToken : token;

        Assert.Equal(HttpStatusCode.OK, (await server.RevokeAsync(token)).Status);

        Assert.Equal("invalid_grant", (await server.RefreshAsync(live)).Error);
    }

    [Fact]
    public async Task A_token_from_before_schema_013_keeps_its_end_of_the_family_its_scope_and_its_device()
    {
        await using var database = await TestData.CreateDatabaseAsync();
        await using var server = await TestServer.StartAsync(new() { Database = database });
        var token = Handle.New();
        await database.StoreEarlierAsync(await server.TokensAsync(), null, token);
        await database.ExecuteAsync("UPDATE oauth_refresh_tokens SET family_expires_at = now() + interval '1 hour', device_fingerprint = sha256('other')");

        Assert.Equal(HttpStatusCode.OK, (await server.RefreshAsync(token)).Status);

        Assert.Equal(1L, await database.ScalarAsync<long>("""
            SELECT count(*) FROM oauth_refresh_token_families f JOIN oauth_refresh_tokens t USING (family_id, client_id, user_id, scope, family_expires_at)
            WHERE f.expires_at = t.family_expires_at AND f.device_changed AND t.used_at IS NOT NULL AND f.sweep_at BETWEEN f.expires_at AND f.expires_at + interval '24 hours'
            """));
        Assert.Equal(1L, await database.ScalarAsync<long>("SELECT count(*) FROM oauth_audit_events WHERE event = 'device_changed'"));
    }
}
