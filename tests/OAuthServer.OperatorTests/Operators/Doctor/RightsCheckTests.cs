using OAuthServer.Testing;

namespace OAuthServer.OperatorTests.Operators.Doctor;

/// <summary>What a role of its own lacks on a real database, with the GRANT that gives it.</summary>
public sealed class RightsCheckTests : IAsyncLifetime
{
    private readonly string _role = $"doctor_{Environment.ProcessId}";
    private TestDatabase _database = null!;

    private string AsRole => $"-c role={_role}";

    public async ValueTask InitializeAsync()
    {
        _database = await Apis.CreateDatabaseAsync();
        await _database.ExecuteAsync(
            $"""
            CREATE ROLE {_role};
            GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {_role}
            """);
    }

    public async ValueTask DisposeAsync()
    {
        await _database.ExecuteAsync($"DROP OWNED BY {_role}; DROP ROLE {_role}");
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task Rights_that_the_server_needs_are_complete_without_those_that_it_does_not_need()
    {
        await _database.ExecuteAsync(
            $"""
            REVOKE INSERT, UPDATE, DELETE ON oauth_clients, schema_versions FROM {_role};
            REVOKE UPDATE, DELETE ON oauth_audit_seals FROM {_role}
            """);

        var run = await DoctorRun.OnAsync(_database, AsRole);

        Assert.Equal(["note migration_other_role"], run.Findings);
        Assert.Equal("complete for serving", run.Fact("rights"));
    }

    /// <summary>The management port is off unless a setting says where it is.</summary>
    [Fact]
    public async Task The_admin_API_writes_clients()
    {
        await _database.ExecuteAsync($"REVOKE INSERT, UPDATE ON oauth_clients FROM {_role}");

        var run = await DoctorRun.OnAsync(
            _database, AsRole, builder => builder.Configuration["Management:Url"] = "http://127.0.0.1:0");

        Assert.Equal(["error database_rights_missing", "note migration_other_role"], run.Findings);
        Assert.Contains("GRANT INSERT, UPDATE ON oauth_clients", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rights_on_tables_that_are_missing_are_named()
    {
        await _database.ExecuteAsync($"REVOKE INSERT, DELETE ON oauth_refresh_tokens FROM {_role}");

        var run = await DoctorRun.OnAsync(_database, AsRole);

        Assert.Equal(["error database_rights_missing", "note migration_other_role"], run.Findings);
        Assert.Contains("GRANT DELETE, INSERT ON oauth_refresh_tokens", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_schema_that_the_role_may_not_use_is_one_finding_and_no_missing_schema()
    {
        await _database.ExecuteAsync("REVOKE USAGE ON SCHEMA public FROM PUBLIC");

        var closed = await DoctorRun.OnAsync(_database, AsRole);
        Assert.Equal(["error database_rights_missing"], closed.Findings);
        Assert.Contains("GRANT USAGE ON SCHEMA public TO", closed.Output, StringComparison.Ordinal);
        Assert.Equal("USAGE on the schema public is missing", closed.Fact("rights"));
        Assert.Equal(
            [
                "schema",
                "migrations",
                "sequences",
                "previous key",
                "resources",
                "clients",
                "mail",
                "demo",
                "session keys",
                "audit seals",
                "restore",
                "sweeper",
            ],
            closed.Checks.Where(check => !check.GetProperty("checked").GetBoolean())
                .Select(check => check.GetProperty("name").GetString()));

        await _database.ExecuteAsync($"GRANT USAGE ON SCHEMA public TO {_role}");
        Assert.Equal(["note migration_other_role"], (await DoctorRun.OnAsync(_database, AsRole)).Findings);
    }

    [Theory]
    [InlineData("public", "note migration_other_role")]
    [InlineData("\"$user\",public,hidden", "error database_rights_missing")]
    public async Task A_schema_beside_the_search_path_does_not_matter(string path, string expected)
    {
        await _database.ExecuteAsync("CREATE SCHEMA hidden; CREATE TABLE hidden.oauth_clients (id integer)");

        var run = await DoctorRun.OnAsync(_database, $"{AsRole} -c search_path={path}");

        Assert.Equal(expected, string.Join(", ", run.Findings));
    }
}
