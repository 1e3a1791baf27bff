using Npgsql;
using OAuthServer.Protocol;
using OAuthServer.Testing;

namespace OAuthServer.ConformanceTests;

/// <summary>A grant that ends while it is being refreshed ends with the successor too (RFC 7009 §2.1, RFC 9700 §4.14.2).</summary>
public sealed class WithdrawalRaceTests(TokenFixture tokens) : IClassFixture<TokenFixture>
{
    // What a rotation does inside its transaction: the presented token is locked and used, its successor stored.
    private const string Use = "UPDATE oauth_refresh_tokens SET used_at = now() WHERE token = $1";

    private const string Succeed = """
        INSERT INTO oauth_refresh_tokens (token, client_id, user_id, family_id, family_expires_at, scope, expires_at)
        SELECT $2, client_id, user_id, family_id, family_expires_at, scope, now() + interval '7 days'
        FROM oauth_refresh_tokens WHERE token = $1
        """;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    [Row("REV-01")]
    public async Task A_successor_that_is_stored_while_its_family_is_revoked_is_revoked_with_it()
    {
        var first = await tokens.TokensAsync();
        var successor = new string('S', 43);
        await using var connection = await tokens.Database.DataSource.OpenConnectionAsync(Ct);
        await using var rotation = await connection.BeginTransactionAsync(Ct);
        await RunAsync(connection, Use, first.RefreshToken!);

        // The revocation has begun, so it cannot see what is stored from now on, and waits for the locked row.
        var revoked = tokens.Server.RevokeAsync(first.RefreshToken);
        await Eventually.BecomesTrue(
            async () => await tokens.Database.ScalarAsync<long>("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'") > 0,
            TimeSpan.FromSeconds(20), "the revocation waits for the rotation");
        await RunAsync(connection, Succeed, first.RefreshToken!, successor);
        await rotation.CommitAsync(Ct);

        (await revoked).IsDone();
        (await tokens.Server.RefreshAsync(successor)).IsError("invalid_grant");
    }

    private static async Task RunAsync(NpgsqlConnection connection, string sql, params string[] tokens)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var token in tokens) command.Parameters.Add(new NpgsqlParameter { Value = Handle.RefreshTokenKey(token) });
        Assert.Equal(1, await command.ExecuteNonQueryAsync(Ct));
    }
}
