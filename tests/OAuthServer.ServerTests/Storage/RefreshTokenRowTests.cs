using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Storage;

/// <summary>
/// What the table does not check by itself, for a check costs every refresh: the server's statements see to it.
/// </summary>
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
            Settings = new Dictionary<string, string?>
            {
                ["OAuth:RefreshTokenLifetime"] = "1.00:00:00",
                ["OAuth:RefreshTokenFamilyLifetime"] = "1.00:00:00",
            },
        });
        var first = await server.TokensAsync();
        var second = await server.RefreshAsync(first.RefreshToken);
        await server.RefreshAsync(second.RefreshToken);

        // Whoever looks at the row may read when the family began: to the second, up to what it then took to store it.
        var row = Assert.Single(await database.QueryAsync("""
            SELECT length(family) AS family, length(token) AS token, length(previous_token)
                AS previous, length(successor_nonce) AS nonce,
                   expires_at = family_expires_at AS together, created_at < rotated_at AS rotated,
                   ('x' || encode(substr(family, 1, 4), 'hex'))::bit(32)::bigint BETWEEN extract(epoch
                   FROM created_at) - 60 AND extract(epoch FROM created_at) + 1 AS punctual
            FROM oauth_refresh_tokens
            """));
        Assert.Equal(
            (36, 32, 32, 32), ((int)row["family"]!, (int)row["token"]!, (int)row["previous"]!, (int)row["nonce"]!));
        Assert.True((bool)row["together"]! && (bool)row["rotated"]! && (bool)row["punctual"]!);
    }

    [Fact]
    public async Task A_refresh_adds_no_index_entry_but_once_a_day()
    {
        await using var database = await TestData.CreateDatabaseAsync();
        await using var server = await TestServer.StartAsync(new() { Database = database });
        var refreshToken = (await server.TokensAsync()).RefreshToken;
        // All versions of the row fit into one page, whether or not a snapshot of somebody else lets old ones be
        // pruned.
        await RefreshAsync(5);
        Assert.Equal((5, 5), await UpdatesAsync(5));

        // One update makes the row a day older; of the five after it the first notes another day.
        await database.AgeAsync(TimeSpan.FromDays(1));
        await RefreshAsync(5);

        Assert.Equal((11, 9), await UpdatesAsync(11));

        async Task RefreshAsync(int times)
        {
            for (var i = 0; i < times; i++) refreshToken = (await server.RefreshAsync(refreshToken)).RefreshToken;
        }

        // An idle connection tells its statistics after ten seconds, one that is closed at once.
        async Task<(long All, long HeapOnly)> UpdatesAsync(long expected)
        {
            server.Services.GetRequiredService<NpgsqlDataSource>().Clear();
            (long All, long HeapOnly) updates = default;
            await Eventually.BecomesTrue(async () =>
            {
                var row = (await database.QueryAsync(
                    "SELECT n_tup_upd, n_tup_hot_upd FROM pg_stat_user_tables WHERE relname = 'oauth_refresh_tokens'"))
                    .Single();
                updates = ((long)row["n_tup_upd"]!, (long)row["n_tup_hot_upd"]!);
                return updates.All >= expected;
            }, TimeSpan.FromSeconds(20), "the updates are counted");
            return updates;
        }
    }
}
