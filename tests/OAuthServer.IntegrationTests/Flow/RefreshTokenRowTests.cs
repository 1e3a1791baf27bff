using OAuthServer.Protocol;
using OAuthServer.Testing;

namespace OAuthServer.IntegrationTests.Flow;

/// <summary>What the table does not check by itself, for a check costs every refresh: the server's statements see to it.</summary>
public sealed class RefreshTokenRowTests
{
    [Fact]
    [Row("REF-08")]
    public async Task Every_token_is_stored_as_its_second_and_a_SHA_256_and_ends_with_its_family_at_the_latest()
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

        // Whoever looks at the row may read when the token was made: to the second, up to what it then took to store it.
        var rows = await database.QueryAsync("""
            SELECT length(token) AS bytes, expires_at = family_expires_at AS together,
                   ('x' || encode(substr(token, 1, 4), 'hex'))::bit(32)::bigint BETWEEN extract(epoch FROM created_at) - 60 AND extract(epoch FROM created_at) + 1 AS punctual
            FROM oauth_refresh_tokens
            """);
        Assert.Equal(3, rows.Count);
        Assert.All(rows, row => Assert.Equal((36, true, true), ((int)row["bytes"]!, (bool)row["together"]!, (bool)row["punctual"]!)));
    }

    [Fact]
    [Row("REF-13")]
    public async Task A_token_from_before_schema_012_is_refreshed_repeated_and_known_when_it_is_used_again()
    {
        await using var database = await TestData.CreateDatabaseAsync();
        await using var server = await TestServer.StartAsync(new() { Database = database });
        var family = await server.TokensAsync();
        var (older, nonce) = (Handle.New(), Enumerable.Range(0, 32).Select(n => (byte)n).ToArray());
        var old = Handle.Successor(nonce, older);
        await StoreAsync(older, nonce);
        await StoreAsync(old, null);

        // Its answer was lost just before the upgrade; then it goes on as any other.
        Assert.Equal(old, (await server.RefreshAsync(older)).RefreshToken);
        var successor = await server.RefreshAsync(old);
        Assert.Equal(48, successor.RefreshToken!.Length);
        Assert.Equal(successor.RefreshToken, (await server.RefreshAsync(old)).RefreshToken);
        await server.RefreshAsync(successor.RefreshToken);
        Assert.Equal("invalid_grant", (await server.RefreshAsync(old)).Error);
        Assert.Equal(1L, await database.ScalarAsync<long>("SELECT count(*) FROM oauth_audit_events WHERE event = 'refresh_token_reused'"));

        Task StoreAsync(string token, byte[]? successorNonce) => database.ExecuteAsync(
            """
            INSERT INTO oauth_refresh_tokens (token, client_id, user_id, family_id, family_expires_at, scope, expires_at, successor_nonce, used_at)
            SELECT sha256(convert_to($2, 'UTF8')), client_id, user_id, family_id, family_expires_at, scope, expires_at, $3::bytea, CASE WHEN $3 IS NOT NULL THEN now() END
            FROM oauth_refresh_tokens WHERE token = $1
            """, Handle.RefreshTokenKey(family.RefreshToken!), token, successorNonce);
    }
}
