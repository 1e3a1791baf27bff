using System.Globalization;
using Npgsql;
using OAuthServer.Operators.Doctor;
using OAuthServer.Storage;
using OAuthServer.Testing;

namespace OAuthServer.OperatorTests.Operators.Doctor;

/// <summary>Each fact that the doctor reads of a real database, beside the same asked in another way.</summary>
public sealed class DatabaseFactsTests : IAsyncLifetime
{
    private readonly string _role = $"facts_{Environment.ProcessId}";
    private TestDatabase _database = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _database = await TestDatabase.CreateAsync();
        await _database.ExecuteAsync($"CREATE ROLE {_role}");
    }

    public async ValueTask DisposeAsync()
    {
        await _database.ExecuteAsync($"DROP ROLE {_role}");
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task The_version_is_the_one_that_the_driver_met()
    {
        await using var connection = await _database.DataSource.OpenConnectionAsync(Ct);

        var state = await ReadAsync();

        Assert.Equal(connection.PostgreSqlVersion.Major, state.Major);
        Assert.Equal(await _database.ScalarAsync<string>("SHOW server_version"), state.Version);
    }

    [Fact]
    public async Task The_role_is_that_of_the_session_and_so_are_its_powers()
    {
        var plain = await ReadAsync($"-c role={_role}");
        await _database.ExecuteAsync($"ALTER ROLE {_role} SUPERUSER");
        var super = await ReadAsync($"-c role={_role}");

        Assert.Equal((_role, false), (plain.Role, plain.IsSuperuser));
        Assert.Equal((_role, true), (super.Role, super.IsSuperuser));
        Assert.Equal(await _database.ScalarAsync<string>("SELECT session_user::text"), (await ReadAsync()).Role);
    }

    /// <summary>Each answer comes sooner than the one before, so that of five the last counts.</summary>
    [Fact]
    public async Task The_clocks_are_compared_by_the_soonest_of_five_answers_and_half_of_its_time_is_unsure()
    {
        await using var database = OAuthDatabase.Open(_database.ConnectionString);

        var told = await new ClockCheck(new DatabaseFacts(database), new SoonerClock()).RunAsync(Ct);

        Assert.EndsWith("give or take 500.0 ms", Assert.Single(told.Facts).Value, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("on", true)]
    [InlineData("off", false)]
    public async Task Whether_transactions_only_read_is_known(string setting, bool expected) =>
        Assert.Equal(expected, (await ReadAsync($"-c default_transaction_read_only={setting}")).IsReadOnly);

    [Theory]
    [InlineData("on")]
    [InlineData("off")]
    [InlineData("local")]
    public async Task How_early_a_commit_answers_is_known(string setting) =>
        Assert.Equal(setting, (await ReadAsync($"-c synchronous_commit={setting}")).SynchronousCommit);

    [Fact]
    public async Task Connections_are_those_of_the_server_the_database_or_the_role_whichever_are_fewest()
    {
        var all = await NumberAsync("max_connections") - await NumberAsync("superuser_reserved_connections");
        if (await _database.ScalarAsync<int>("SELECT current_setting('server_version_num')::int") >= 160000)
            all -= await NumberAsync("reserved_connections");
        Assert.Equal(all, (await ReadAsync($"-c role={_role}")).Connections);

        await LimitAsync(7, 9);
        Assert.Equal(7, (await ReadAsync($"-c role={_role}")).Connections);
        await LimitAsync(9, 7);
        Assert.Equal(7, (await ReadAsync($"-c role={_role}")).Connections);
        await LimitAsync(-1, 9);
        Assert.Equal(9, (await ReadAsync($"-c role={_role}")).Connections);
        await LimitAsync(9, -1);
        Assert.Equal(9, (await ReadAsync($"-c role={_role}")).Connections);
    }

    [Fact]
    public async Task What_keeps_data_through_a_power_cut_is_read_one_by_one()
    {
        await using var cluster = await DedicatedCluster.CreateAsync();
        (bool, bool)[] cases = [(true, true), (true, false), (false, true), (false, false)];
        foreach (var (fsync, fullPages) in cases)
        {
            await SetAsync(cluster, "fsync", fsync);
            await SetAsync(cluster, "full_page_writes", fullPages);

            var state = await ReadAtAsync(cluster.ConnectionString);

            Assert.Equal((fsync, fullPages), (state.Fsync, state.FullPageWrites));
        }
    }

    /// <summary>What PostgreSQL keeps for superusers, and since version 16 for a role of its own.</summary>
    [Theory]
    [InlineData(40, 5, 7)]
    [InlineData(40, 3, 0)]
    public async Task Connections_that_are_kept_for_others_are_not_ours(int all, int superuser, int reserved)
    {
        await using var cluster = await DedicatedCluster.CreateAsync();
        var knows = int.Parse(await AskAsync(cluster, "SHOW server_version_num"), CultureInfo.InvariantCulture)
            >= 160000;
        await AskAsync(cluster, $"ALTER SYSTEM SET max_connections = {all}");
        await AskAsync(cluster, $"ALTER SYSTEM SET superuser_reserved_connections = {superuser}");
        if (knows) await AskAsync(cluster, $"ALTER SYSTEM SET reserved_connections = {reserved}");
        await cluster.StopAsync();
        await cluster.StartAsync();

        var state = await ReadAtAsync(cluster.ConnectionString);

        Assert.Equal(all - superuser - (knows ? reserved : 0), state.Connections);
    }

    [Fact]
    public async Task A_sequence_is_behind_when_it_would_give_a_number_that_a_row_has()
    {
        await _database.ExecuteAsync(
            "INSERT INTO oauth_audit_events (event) VALUES ('sign_in'), ('sign_in'), ('sign_in')");
        await _database.ExecuteAsync("SELECT setval('oauth_audit_events_id_seq', 3)");
        Assert.Empty(await new DatabaseFacts(_database.Contexts).SequencesBehindAsync(Ct));

        await _database.ExecuteAsync("SELECT setval('oauth_audit_events_id_seq', 2)");

        var behind = Assert.Single(await new DatabaseFacts(_database.Contexts).SequencesBehindAsync(Ct));
        Assert.Equal(("oauth_audit_events", "id"), (behind.Table, behind.Column));
        Assert.EndsWith("oauth_audit_events_id_seq", behind.Sequence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_standby_only_reads()
    {
        await using var cluster = await DedicatedCluster.CreateAsync();
        Assert.False((await ReadAtAsync(cluster.ConnectionString)).IsReadOnly);
        var data = await AskAsync(cluster, "SHOW data_directory");
        await cluster.StopAsync();
        await File.WriteAllTextAsync(Path.Combine(data, "standby.signal"), "", Ct);
        await cluster.StartAsync();

        Assert.Equal("True", await AskAsync(cluster, "SELECT pg_is_in_recovery()"));
        Assert.True((await ReadAtAsync(cluster.ConnectionString)).IsReadOnly);
    }

    private Task<DatabaseState> ReadAsync(string options = "")
    {
        var settings = new NpgsqlConnectionStringBuilder(_database.ConnectionString) { Options = options };
        return ReadAtAsync(settings.ConnectionString);
    }

    private static async Task<DatabaseState> ReadAtAsync(string connectionString)
    {
        var own = new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false }.ConnectionString;
        await using var database = OAuthDatabase.Open(own);
        return await new DatabaseFacts(database).ReadAsync(Ct);
    }

    private async Task<int> NumberAsync(string setting) =>
        int.Parse((await _database.ScalarAsync<string>($"SHOW {setting}"))!, CultureInfo.InvariantCulture);

    private async Task LimitAsync(int role, int database)
    {
        var name = await _database.ScalarAsync<string>("SELECT current_database()::text");
        await _database.ExecuteAsync($"ALTER ROLE {_role} CONNECTION LIMIT {role}");
        await _database.ExecuteAsync($"ALTER DATABASE {name} CONNECTION LIMIT {database}");
    }

    private static async Task SetAsync(DedicatedCluster cluster, string setting, bool on)
    {
        var value = on ? "on" : "off";
        await AskAsync(cluster, $"ALTER SYSTEM SET {setting} = {value}");
        await AskAsync(cluster, "SELECT pg_reload_conf()");
        await Eventually.BecomesTrue(
            async () => await AskAsync(cluster, $"SHOW {setting}") == value,
            TimeSpan.FromSeconds(20),
            $"{setting} is {value}");
    }

    private static async Task<string> AskAsync(DedicatedCluster cluster, string sql)
    {
        var own = new NpgsqlConnectionStringBuilder(cluster.ConnectionString) { Pooling = false }.ConnectionString;
        await using var source = NpgsqlDataSource.Create(own);
        await using var command = source.CreateCommand(sql);
        return (await command.ExecuteScalarAsync(Ct))?.ToString() ?? "";
    }

    // Asked twice for each answer: what it took is five seconds, then four, down to one for the fifth.
    private sealed class SoonerClock : TimeProvider
    {
        private long _asked;
        private long _now;

        public override long TimestampFrequency => 1;

        public override long GetTimestamp() => _asked++ % 2 == 0 ? _now : _now += 5 - (_asked / 2) + 1;
    }
}
