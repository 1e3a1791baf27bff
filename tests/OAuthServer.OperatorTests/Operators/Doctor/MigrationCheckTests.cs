using Npgsql;
using OAuthServer.Testing;

namespace OAuthServer.OperatorTests.Operators.Doctor;

/// <summary>
/// What the doctor says of a role that may not migrate is what <c>OAuthServer migrate</c> then meets, and what both say
/// mends it.
/// </summary>
public sealed class MigrationCheckTests : IAsyncLifetime
{
    private readonly string _role = $"migrator_{Environment.ProcessId}";
    private TestDatabase _database = null!;

    /// <summary>What is taken from a role that could migrate, and what it then lacks.</summary>
    public static TheoryData<string, string> Holes => new()
    {
        { "REVOKE CREATE ON SCHEMA public FROM {0}", "CREATE on SCHEMA public" },
        { "ALTER TABLE oauth_consents OWNER TO CURRENT_USER", "OWNERSHIP on TABLE oauth_consents" },
        { "ALTER TABLE accounts OWNER TO CURRENT_USER", "OWNERSHIP on TABLE accounts" },
        { "REVOKE INSERT ON schema_versions FROM {0}", "INSERT on TABLE schema_versions" },
        {
            "ALTER TABLE oauth_clients OWNER TO CURRENT_USER; REVOKE INSERT ON schema_versions FROM {0}",
            "OWNERSHIP on TABLE oauth_clients, INSERT on TABLE schema_versions"
        },
    };

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private string AsRole => $"-c role={_role}";

    public async ValueTask InitializeAsync()
    {
        _database = await TestDatabase.CreateEmptyAsync();
        await _database.ExecuteAsync($"CREATE ROLE {_role}");
    }

    public async ValueTask DisposeAsync()
    {
        await _database.ExecuteAsync($"DROP OWNED BY {_role} CASCADE; DROP ROLE {_role}");
        await _database.DisposeAsync();
    }

    [Theory]
    [InlineData("SELECT 1", "", "CREATE on SCHEMA public")]
    [InlineData("CREATE SCHEMA hers", "-c search_path=hers", "USAGE on a schema of its search_path")]
    [InlineData(
        "CREATE SCHEMA hers; GRANT USAGE ON SCHEMA hers TO {0}", "-c search_path=hers", "CREATE on SCHEMA hers")]
    [InlineData("REVOKE USAGE ON SCHEMA public FROM PUBLIC", "", "USAGE on a schema of its search_path")]
    public async Task On_a_new_database_what_the_role_lacks_is_named_and_migrate_fails_by_it(
        string sql, string options, string lacking)
    {
        await AsOwnerAsync(sql);

        var doctor = await DoctorAsync($"{AsRole} {options}");
        Assert.Equal(["error schema_missing", "error migration_rights_missing"], doctor.Findings);
        Assert.Contains($"it lacks {lacking}.", doctor.Output, StringComparison.Ordinal);

        var migrate = await MigrateAsync(options);
        Assert.Equal((1, ""), (migrate.Code, migrate.Output));
        Assert.Contains($"The role {_role} lacks {lacking}.", migrate.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_both_say_to_grant_is_enough()
    {
        Assert.Contains(
            $"GRANT CREATE ON SCHEMA public TO {_role};", (await MigrateAsync()).Error, StringComparison.Ordinal);
        await _database.ExecuteAsync($"GRANT CREATE ON SCHEMA public TO {_role}");

        Assert.Equal(["error schema_missing"], (await DoctorAsync(AsRole)).Findings);
        var migrated = await MigrateAsync();
        Assert.True(migrated.Code == 0, migrated.Error);

        var done = await DoctorAsync(AsRole);
        Assert.Empty(done.Findings);
        Assert.Equal("this role may run them", done.Fact("migrations"));
    }

    [Fact]
    public async Task One_owner_of_many_tables_is_named_once()
    {
        await MigrateAsOwnerOfAllAsync();
        await AsOwnerAsync(
            "ALTER TABLE oauth_consents OWNER TO CURRENT_USER; ALTER TABLE accounts OWNER TO CURRENT_USER");
        await _database.ExecuteAsync($"GRANT SELECT, INSERT, UPDATE, DELETE ON oauth_consents, accounts TO {_role}");

        var doctor = await DoctorAsync(AsRole);

        Assert.Contains(
            "OWNERSHIP on TABLE accounts, OWNERSHIP on TABLE oauth_consents", doctor.Output, StringComparison.Ordinal);
        Assert.Equal(2, doctor.Output.Split($" TO {_role};").Length);
    }

    [Theory]
    [MemberData(nameof(Holes))]
    public async Task With_nothing_to_migrate_a_role_that_may_not_is_a_note(string sql, string lacking)
    {
        await MigrateAsOwnerOfAllAsync();
        await AsOwnerAsync(sql);
        await _database.ExecuteAsync(
            $"GRANT SELECT, INSERT, UPDATE, DELETE ON oauth_consents, accounts, oauth_clients TO {_role}");

        var doctor = await DoctorAsync(AsRole);

        Assert.Equal(["note migration_other_role"], doctor.Findings);
        Assert.Equal(0, doctor.Code);
        Assert.Contains($"may not migrate: it lacks {lacking}.", doctor.Output, StringComparison.Ordinal);
        Assert.Equal(0, (await MigrateAsync()).Code);
    }

    [Theory]
    [InlineData("REVOKE CREATE ON SCHEMA public FROM {0}", "CREATE on SCHEMA public")]
    [InlineData("ALTER TABLE oauth_consents OWNER TO CURRENT_USER", "OWNERSHIP on TABLE oauth_consents")]
    [InlineData("REVOKE INSERT ON schema_versions FROM {0}", "INSERT on TABLE schema_versions")]
    public async Task With_a_script_to_run_it_is_an_error_and_migrate_fails_by_it(string sql, string lacking)
    {
        await MigrateAsOwnerOfAllAsync();
        // As after the first script alone: the second one makes accounts, and changes oauth_consents.
        await _database.ExecuteAsync(
            """
            DELETE FROM schema_versions WHERE script_name NOT LIKE '001%';
            DROP TABLE accounts CASCADE; DROP TABLE data_protection_keys; DROP FUNCTION accounts_end_what_was;
            DROP FUNCTION account_of, account_lookup, account_hash_cost, account_hash_iterations, accounts_fill,
                pseudonym_of;
            DROP TABLE oauth_audit_events, oauth_signing_keys, oauth_audit_seals
            """);
        await AsOwnerAsync(sql);

        var doctor = await DoctorAsync(AsRole);
        Assert.Contains("error migration_rights_missing", doctor.Findings);
        Assert.Contains($"it lacks {lacking}.", doctor.Output, StringComparison.Ordinal);

        var migrate = await MigrateAsync("", "--json");
        Assert.Equal(1, migrate.Code);
        Assert.Equal("002_create_accounts.sql", migrate.Json.GetProperty("failed_script").GetString());
        Assert.Contains(
            $"The role {_role} lacks {lacking}.",
            migrate.Json.GetProperty("error").GetString(),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_journal_that_the_role_may_not_read_is_named()
    {
        await MigrateAsOwnerOfAllAsync();
        await _database.ExecuteAsync($"REVOKE SELECT ON schema_versions FROM {_role}");

        var run = await MigrateAsync();

        Assert.Equal(1, run.Code);
        Assert.StartsWith(
            "schema_versions cannot be read, so nothing was run. 42501", run.Error, StringComparison.Ordinal);
        Assert.Contains($"GRANT SELECT ON TABLE schema_versions TO {_role};", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_two_roles_of_the_documentation_migrate_and_serve()
    {
        var block = Assert.Single(DocumentedSql.Blocks("docs/operations/upgrade.md", "## Two roles"));
        var (owner, server) = ($"{_role}_owner", $"{_role}_server");
        await _database.ExecuteAsync(block
            .Replace("oauth_owner", owner, StringComparison.Ordinal)
            .Replace("oauth_server", server, StringComparison.Ordinal));
        try
        {
            var migrated = await CommandLine.On(ConnectionString($"-c role={owner}")).RunAsync(["migrate"], Ct);
            Assert.True(migrated.Code == 0, migrated.Error);
            Assert.Empty((await DoctorAsync($"-c role={owner}")).Findings);
            var serving = await DoctorAsync($"-c role={server}");
            Assert.Equal(["note migration_other_role"], serving.Findings);
        }
        finally
        {
            await _database.ExecuteAsync(
                $"DROP OWNED BY {server}; DROP ROLE {server}; DROP OWNED BY {owner} CASCADE; DROP ROLE {owner}");
        }
    }

    // Nobody has described an API yet.
    private Task<DoctorRun> DoctorAsync(string options) => DoctorRun.WithAsync(
        DoctorRun.Settings(_database, options), null,
        ["--json", .. DoctorRun.KnownOfTests, .. DoctorRun.Ignore("resource_default_missing")]);

    private Task<int> AsOwnerAsync(string sql) =>
        _database.ExecuteAsync(sql.Replace("{0}", _role, StringComparison.Ordinal));

    private async Task MigrateAsOwnerOfAllAsync()
    {
        await _database.ExecuteAsync($"GRANT CREATE ON SCHEMA public TO {_role}");
        var migrated = await MigrateAsync();
        Assert.True(migrated.Code == 0, migrated.Error);
    }

    private Task<CommandRun> MigrateAsync(string options = "", params string[] args) =>
        CommandLine.On(ConnectionString($"{AsRole} {options}")).RunAsync(["migrate", .. args], Ct);

    private string ConnectionString(string options) =>
        new NpgsqlConnectionStringBuilder(_database.ConnectionString) { Options = options }.ConnectionString;
}
