using OAuthServer.Testing;

namespace OAuthServer.OperatorTests.Storage.Schema.Statements;

/// <summary>
/// While a new version is rolled out, servers of the old one run on the new schema. So what servers of each schema version
/// say is on record, and has to work on the newest schema. <c>OAUTH_WRITE_DOCS=1</c> records this version.
/// </summary>
public sealed class ServerStatementTests
{
    private const string Variable = "OAUTH_WRITE_DOCS";

    /// <summary>The tables of the way that is gone again; what is said of others (sessions, keys) differs from run to run.</summary>
    private static readonly string[] OnTheWay = ["oauth_authorization_codes", "oauth_refresh_token_families", "oauth_refresh_tokens", "oauth_revoked_tokens", "oauth_consents"];

    public static TheoryData<string> Recorded => [.. StatementRecord.Versions];

    [Fact]
    public async Task What_this_server_says_to_the_database_is_on_record()
    {
        var said = await ServerStatements.ListenAsync();
        Assert.Contains(said, statement => statement.Sql.Contains("UPDATE oauth_refresh_token_families AS f", StringComparison.Ordinal) && statement.Types.Count > 5);
        var heard = new StatementRecord(
            StatementRecord.CurrentVersion,
            [.. said.Select(statement => statement.Prepare.TrimEnd(';')).Distinct(StringComparer.Ordinal)],
            [.. said.Where(statement => statement.Values.Count > 0 && OnTheWay.Any(table => statement.Sql.Contains(table, StringComparison.Ordinal))).Select(statement => new RecordedStep(statement.Execute.TrimEnd(';'), 0))]);
        var record = StatementRecord.Read(StatementRecord.CurrentVersion);
        var missing = record.Lacks(heard);
        if (missing.Count > 0 && Environment.GetEnvironmentVariable(Variable) == "1") (record.With(heard) with { Steps = await WalkAsync(heard) }).Write();
        else Assert.True(missing.Count == 0, $"Run this test with {Variable}=1, which adds to Statements/{StatementRecord.CurrentVersion}.sql:\n{string.Join("\n\n", missing)}");
    }

    [Theory]
    [MemberData(nameof(Recorded))]
    public async Task A_server_of_an_older_schema_can_say_all_it_says_on_this_one(string version)
    {
        await using var database = await TestDatabase.CreateAsync();
        await using var connection = await database.DataSource.OpenConnectionAsync(TestContext.Current.CancellationToken);
        var refused = await StatementRecord.Read(version).PrepareAsync(connection);
        Assert.True(refused.Count == 0, string.Join("\n\n", refused));
    }

    [Theory]
    [MemberData(nameof(Recorded))]
    public async Task A_server_of_an_older_schema_issues_refreshes_and_revokes_on_this_one(string version)
    {
        var record = StatementRecord.Read(version);
        Assert.NotEmpty(record.Steps);
        Assert.Equal(record.Steps, await WalkAsync(record));
    }

    [Theory]
    [InlineData("ALTER TABLE oauth_refresh_tokens RENAME COLUMN scope TO scopes")]
    [InlineData("ALTER TABLE oauth_refresh_token_families RENAME COLUMN scope TO scopes")]
    [InlineData("ALTER TABLE oauth_authorization_codes DROP COLUMN ticket_id")]
    [InlineData("ALTER TABLE oauth_audit_events RENAME TO audit_events")]
    [InlineData("ALTER TABLE accounts ALTER COLUMN security_stamp TYPE bytea USING NULL")]
    [InlineData("ALTER TABLE oauth_clients DROP COLUMN next_client_secret")]
    public async Task A_schema_that_took_something_away_is_noticed(string change)
    {
        await using var database = await TestDatabase.CreateAsync();
        await database.ExecuteAsync(change);
        await using var connection = await database.DataSource.OpenConnectionAsync(TestContext.Current.CancellationToken);
        Assert.NotEmpty(await StatementRecord.Read(StatementRecord.CurrentVersion).PrepareAsync(connection));
    }

    [Fact]
    public async Task A_column_that_the_old_server_does_not_fill_is_noticed()
    {
        await using var database = await TestData.CreateDatabaseAsync();
        await database.ExecuteAsync("ALTER TABLE oauth_refresh_token_families ADD COLUMN note text NOT NULL");
        await Assert.ThrowsAsync<Npgsql.PostgresException>(() => WalkAsync(StatementRecord.Read(StatementRecord.CurrentVersion), database));
    }

    private static async Task<IReadOnlyList<RecordedStep>> WalkAsync(StatementRecord record)
    {
        await using var database = await TestData.CreateDatabaseAsync();
        var steps = await WalkAsync(record, database);
        Assert.True(await database.ScalarAsync<long>("SELECT count(*) FROM oauth_authorization_codes WHERE used_at IS NOT NULL") > 0, "No code was redeemed.");
        Assert.True(await database.ScalarAsync<long>("SELECT count(*) FROM (SELECT used_at, successor_nonce FROM oauth_refresh_tokens UNION ALL SELECT rotated_at, successor_nonce FROM oauth_refresh_token_families) rows WHERE used_at IS NOT NULL AND successor_nonce IS NOT NULL") > 0, "No token was refreshed.");
        Assert.True(await database.ScalarAsync<long>("SELECT count(*) FROM (SELECT revoked_at FROM oauth_refresh_tokens UNION ALL SELECT revoked_at FROM oauth_refresh_token_families) rows WHERE revoked_at IS NOT NULL") > 0, "Nothing was revoked.");
        return steps;
    }

    private static async Task<IReadOnlyList<RecordedStep>> WalkAsync(StatementRecord record, TestDatabase database)
    {
        await using var connection = await database.DataSource.OpenConnectionAsync();
        var refused = await record.PrepareAsync(connection);
        Assert.True(refused.Count == 0, $"If a type cannot be determined, let ServerStatements use the statement.\n{string.Join("\n\n", refused)}");
        return await record.GoAsync(connection);
    }
}
