using System.Security.Cryptography;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using OAuthServer.Protocol;
using OAuthServer.ServerTests.Fixtures;
using OAuthServer.Storage;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Endpoints.Token.Grants;

/// <summary>
/// A grant that ends while it is being refreshed ends with the successor too (RFC 7009 §2.1, RFC 9700 §4.14.2).
/// </summary>
[JudgesDeployment]
public sealed class WithdrawalRaceTests(SignedInServer tokens) : IClassFixture<SignedInServer>
{
    private static readonly byte[] Key = RandomNumberGenerator.GetBytes(32);
    private const string Store = """
        INSERT INTO oauth_refresh_tokens (family, id, client_id, user_id, scope, token, expires_at, family_expires_at,
            sweep_at)
        SELECT $2, $3, client_id, user_id, scope, $4, expires_at, family_expires_at, sweep_at FROM oauth_refresh_tokens
            WHERE family = $1
        RETURNING 1
        """;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>
    /// What an exchange does inside its transaction: the code is locked and used, and its family stored.
    /// </summary>
    [Fact]
    [Row("REV-01")]
    public async Task A_family_that_is_stored_while_its_grant_is_withdrawn_is_withdrawn_with_it()
    {
        var session = await tokens.TokensAsync();
        var code = await tokens.CodeAsync();
        var first = await StoreMeanwhileAsync(
            session, code,
            () => tokens.Server.Services.GetRequiredService<OAuthServer.Storage.Grants>()
                .WithdrawAsync(TestData.AliceId, TestData.Web, new AuditContext(null, null), Ct));

        (await tokens.Server.RefreshAsync(first)).IsError("invalid_grant");
        (await tokens.Server.RefreshAsync(session.RefreshToken)).IsError("invalid_grant");
    }

    /// <summary>
    /// What a refresh does inside its statement: the row of the session is locked and gets its next token.
    /// </summary>
    [Fact]
    [Row("REV-01")]
    public async Task A_successor_that_is_stored_while_its_session_is_revoked_is_dead_with_it()
    {
        var presented = (await tokens.TokensAsync()).RefreshToken!;
        var other = (await tokens.TokensAsync()).RefreshToken;
        var successor = RefreshTokenValue.Successor(Key, RefreshTokenValue.NewNonce(), presented);
        await using var connection = await tokens.Database.DataSource.OpenConnectionAsync(Ct);
        await using var refresh = await connection.BeginTransactionAsync(Ct);
        await RunAsync(
            connection,
            "UPDATE oauth_refresh_tokens SET previous_token = token, token = $2 WHERE family = $1 RETURNING 1",
            RefreshTokenValue.FamilyKey(presented)!,
            Handle.Hash(successor));
        var revocation = tokens.Server.RevokeAsync(presented);
        await SomebodyWaitsAsync();
        await refresh.CommitAsync(Ct);

        (await revocation).IsDone();
        (await tokens.Server.RefreshAsync(successor)).IsError("invalid_grant");
        (await tokens.Server.RefreshAsync(other)).IsTokens();
    }

    // The withdrawal has begun, so it cannot see what is stored from now on, and waits for the locked row.
    private async Task<string> StoreMeanwhileAsync(Reply session, string code, Func<Task> withdraw)
    {
        var token = RefreshTokenValue.New(DateTimeOffset.UtcNow);
        await using var connection = await tokens.Database.DataSource.OpenConnectionAsync(Ct);
        await using var exchange = await connection.BeginTransactionAsync(Ct);
        var family = (Guid)(await RunAsync(
            connection,
            "UPDATE oauth_authorization_codes SET used_at = now() WHERE code = $1 RETURNING id",
            Handle.Hash(code)))!;
        var withdrawal = withdraw();
        await SomebodyWaitsAsync();
        await RunAsync(
            connection,
            Store,
            RefreshTokenValue.FamilyKey(session.RefreshToken!)!,
            RefreshTokenValue.FamilyKey(token)!,
            family,
            Handle.Hash(token));
        await exchange.CommitAsync(Ct);
        await withdrawal;
        return token;
    }

    private Task SomebodyWaitsAsync() => Eventually.BecomesTrue(
        async () =>
            await tokens.Database.ScalarAsync<long>(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")
                > 0,
        TimeSpan.FromSeconds(20), "the withdrawal waits for the locked row");

    private static async Task<object?> RunAsync(NpgsqlConnection connection, string sql, params object[] values)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var value in values) command.Parameters.Add(new NpgsqlParameter { Value = value });
        return await command.ExecuteScalarAsync(Ct);
    }
}
