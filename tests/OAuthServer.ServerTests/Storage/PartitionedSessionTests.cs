using System.Text.RegularExpressions;
using Npgsql;
using OAuthServer.ServerTests.Fixtures;
using OAuthServer.Storage.Sweeping;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Storage;

/// <summary>
/// A database whose sessions are in parts, made by <c>deploy/postgres/partition-sessions.sql</c> from one that is in
/// use: the server notices nothing.
/// </summary>
public sealed partial class PartitionedSessionTests : IAsyncLifetime
{
    private const int Parts = 16;

    private TestServer _server = null!;

    private TestDatabase Database => _server.Database;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _server = await TestServer.StartAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task Sessions_from_before_and_after_refresh_are_seen_reused_and_end()
    {
        var before = await _server.TokensAsync();
        await Database.ExecuteAsync(
            "CREATE ROLE reader_of_parts; GRANT SELECT ON oauth_refresh_tokens TO reader_of_parts");
        var settings = await SettingsAsync("oauth_refresh_tokens");
        await PartitionAsync();

        try
        {
            Assert.Equal(Parts, await Database.ScalarAsync<long>(
                "SELECT count(*) FROM pg_inherits WHERE inhparent = 'oauth_refresh_tokens'::regclass"));
            Assert.Equal(settings, await SettingsAsync("oauth_refresh_tokens_15"));
            Assert.True(await Database.ScalarAsync<bool>(
                "SELECT has_table_privilege('reader_of_parts', 'oauth_refresh_tokens', 'SELECT')"));
            Assert.Null(await Database.ScalarAsync<string>("SELECT to_regclass('oauth_refresh_tokens_whole')::text"));
        }
        finally
        {
            await Database.ExecuteAsync("DROP OWNED BY reader_of_parts; DROP ROLE reader_of_parts");
        }

        foreach (var tokens in (Reply[])[before, await _server.TokensAsync()])
        {
            var next = await _server.RefreshAsync(tokens.RefreshToken);
            Expect.Tokens(next);
            // a lost answer
            Assert.Equal(next.RefreshToken, (await _server.RefreshAsync(tokens.RefreshToken)).RefreshToken);
            var last = await _server.RefreshAsync(next.RefreshToken);
            Expect.Tokens(last);
            // two generations old: reuse
            Expect.Error(await _server.RefreshAsync(tokens.RefreshToken), "invalid_grant");
            Expect.Error(await _server.RefreshAsync(last.RefreshToken), "invalid_grant");
        }

        var revoked = await _server.TokensAsync();
        await _server.RevokeAsync(revoked.RefreshToken);
        Expect.Error(await _server.RefreshAsync(revoked.RefreshToken), "invalid_grant");
    }

    [Fact]
    public async Task A_refresh_touches_one_part()
    {
        await PartitionAsync();

        var plan = string.Join('\n', (await Database.QueryAsync(
            "EXPLAIN UPDATE oauth_refresh_tokens t SET repeated = true FROM (SELECT sha256('x') AS family) asked WHERE "
                + "t.family = asked.family"))
            .Select(row => row["QUERY PLAN"]));

        Assert.Single(Part().Matches(plan).Select(match => match.Value).Distinct());
    }

    /// <summary>Rows of different parts have the same place (ctid), and only those that are over may leave.</summary>
    [Fact]
    public async Task A_sweep_takes_the_rows_that_are_over_and_no_others_of_the_same_place()
    {
        await PartitionAsync();
        await Database.AddFamiliesAsync(400, TimeSpan.FromDays(-3));
        await Database.ExecuteAsync(
            "UPDATE oauth_refresh_tokens SET sweep_at = now() - interval '3 days' WHERE get_byte(family, 0) < 128");
        var over = await Database.ScalarAsync<long>("SELECT count(*) FROM oauth_refresh_tokens WHERE sweep_at < now()");

        var sweeps = new Sweeps(Database.Contexts);
        var batch = await sweeps.DeleteAsync(
            SweptTable.RefreshTokens(TimeSpan.FromDays(1)), 1000, null, TimeSpan.FromSeconds(5), Ct);

        Assert.Equal((over, over), (batch.Found, batch.Removed));
        Assert.Equal(400 - over, await Database.CountAsync("oauth_refresh_tokens"));
        Assert.Equal(
            0, await Database.ScalarAsync<long>("SELECT count(*) FROM oauth_refresh_tokens WHERE sweep_at < now()"));
    }

    private Task<string?> SettingsAsync(string table) =>
        Database.ScalarAsync<string>(
            "SELECT array_to_string(reloptions, ', ') FROM pg_class WHERE oid = $1::regclass", table);

    private async Task PartitionAsync()
    {
        var script = await File.ReadAllTextAsync(Checkout.File("deploy", "postgres", "partition-sessions.sql"), Ct);
        await using var connection = await Database.DataSource.OpenConnectionAsync(Ct);
        await using var command = new NpgsqlCommand(script, connection);
        await command.ExecuteNonQueryAsync(Ct);
    }

    [GeneratedRegex(@"\boauth_refresh_tokens_\d\d\b")]
    private static partial Regex Part();
}
