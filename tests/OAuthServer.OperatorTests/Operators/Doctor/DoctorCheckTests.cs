using Microsoft.Extensions.DependencyInjection;
using OAuthServer.Keys;
using OAuthServer.Testing;

namespace OAuthServer.OperatorTests.Operators.Doctor;

/// <summary>Each check that asks the database, on a real one: what it finds, and that it finds nothing where nothing is.</summary>
public sealed class DoctorCheckTests : IAsyncLifetime
{
    private TestDatabase _database = null!;

    public async ValueTask InitializeAsync() => _database = await TestDatabase.CreateAsync();

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Fact]
    public async Task A_database_as_it_should_be_has_no_findings()
    {
        var run = await DoctorRun.OnAsync(_database);

        Assert.Empty(run.Findings);
        Assert.Equal(0, run.Code);
        Assert.Equal("", run.Error);
        Assert.All(run.Json.GetProperty("checks").EnumerateArray(), check => Assert.True(check.GetProperty("checked").GetBoolean(), check.GetProperty("name").GetString()));
    }

    [Theory]
    [InlineData("-c synchronous_commit=off", "warning database_commits_early")]
    [InlineData("-c default_transaction_read_only=on", "error database_read_only")]
    public async Task What_its_sessions_are_set_to_is_seen(string options, string expected)
    {
        var run = await DoctorRun.OnAsync(_database, options);

        Assert.Contains(expected, run.Findings);
        Assert.Equal(1, run.Code);
    }

    [Fact]
    public async Task A_schema_that_is_missing_old_or_newer_is_told_apart()
    {
        await using var empty = await TestDatabase.CreateEmptyAsync();
        Assert.Equal(["error schema_missing"], (await DoctorRun.OnAsync(empty)).Findings);

        await _database.ExecuteAsync("INSERT INTO schema_versions (script_name) VALUES ('999_from_the_future.sql')");
        var newer = await DoctorRun.OnAsync(_database);
        Assert.Equal(["note schema_newer"], newer.Findings);
        Assert.Equal(0, newer.Code);

        await _database.ExecuteAsync("DELETE FROM schema_versions WHERE script_name LIKE '001%' OR script_name LIKE '999%'");
        var old = await DoctorRun.OnAsync(_database);
        Assert.Equal(["error schema_old"], old.Findings);
        Assert.Contains("001_create_oauth_tables.sql", old.Output, StringComparison.Ordinal);
        Assert.Contains("OAuthServer migrate", old.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rights_that_the_role_lacks_are_named_with_the_grant_that_gives_them()
    {
        var role = $"doctor_{Environment.ProcessId}";
        await _database.ExecuteAsync($"CREATE ROLE {role}");
        try
        {
            await _database.ExecuteAsync($"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}");
            Assert.Empty((await DoctorRun.OnAsync(_database, $"-c role={role}")).Findings);

            await _database.ExecuteAsync($"REVOKE INSERT, DELETE ON oauth_refresh_tokens FROM {role}; REVOKE INSERT, UPDATE, DELETE ON oauth_clients FROM {role}");
            var run = await DoctorRun.OnAsync(_database, $"-c role={role}");
            Assert.Equal(["error database_rights_missing"], run.Findings);
            Assert.Contains("GRANT DELETE, INSERT ON oauth_refresh_tokens", run.Output, StringComparison.Ordinal);
        }
        finally
        {
            await _database.ExecuteAsync($"DROP OWNED BY {role}; DROP ROLE {role}");
        }
    }

    [Theory]
    [InlineData(0, "")]
    [InlineData(-5, "warning clock_off")]
    [InlineData(5, "warning clock_off")]
    [InlineData(90, "error clock_off")]
    [InlineData(-90, "error clock_off")]
    public async Task A_clock_that_differs_from_the_databases_is_found(int seconds, string expected)
    {
        var run = await DoctorRun.OnAsync(_database, more: builder => builder.Services.AddSingleton<TimeProvider>(new Shifted(TimeSpan.FromSeconds(seconds))));

        Assert.Equal(expected, string.Join(", ", run.Findings));
        Assert.Contains(seconds > 0 ? "behind this machine" : "this machine", run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(-1, "warning session_keys_expired")]
    [InlineData(60, "")]
    public async Task Session_keys_are_judged_by_their_end(int days, string expected)
    {
        await _database.ExecuteAsync(
            """
            INSERT INTO data_protection_keys (friendly_name, xml) VALUES ('key', format(
                '<key id="4b5d" version="1"><activationDate>2026-01-01T00:00:00Z</activationDate><expirationDate>%s</expirationDate><descriptor>never-printed</descriptor></key>',
                to_char((now() + make_interval(days => $1)) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')))
            """,
            days);

        var run = await DoctorRun.OnAsync(_database);

        Assert.Equal(expected, string.Join(", ", run.Findings));
        Assert.DoesNotContain("never-printed", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_where_nobody_opened_a_page_has_no_session_key_which_is_no_fault()
    {
        var run = await DoctorRun.WithAsync(DoctorRun.Settings(_database), null, [.. DoctorRun.KnownOfTests[..^2], "--json"]);

        Assert.Equal(["note session_keys_none"], run.Findings);
        Assert.Equal(0, run.Code);
    }

    [Theory]
    [InlineData(49_999, "")]
    [InlineData(50_000, "warning sweeper_behind")]
    public async Task A_backlog_of_the_sweeper_is_found(int rows, string expected)
    {
        await _database.ExecuteAsync("INSERT INTO oauth_revoked_tokens (jti, expires_at) SELECT row::text, now() - interval '1 minute' FROM generate_series(1, $1) AS row", rows);

        Assert.Equal(expected, string.Join(", ", (await DoctorRun.OnAsync(_database)).Findings));
    }

    [Theory]
    [InlineData(9, "")]
    [InlineData(11, "warning seals_behind")]
    public async Task Audit_rows_that_wait_too_long_for_their_seal_are_found(int minutes, string expected)
    {
        await _database.ExecuteAsync("INSERT INTO oauth_audit_events (event, occurred_at) VALUES ('sign_in', now() - make_interval(mins => $1))", minutes);

        Assert.Equal(expected, string.Join(", ", (await DoctorRun.OnAsync(_database)).Findings));
    }

    [Fact]
    public async Task A_client_that_the_linter_would_name_is_named()
    {
        await _database.ExecuteAsync(
            "INSERT INTO oauth_clients (client_id, name, application_type, redirect_uris, allowed_scopes) VALUES ('local-app', 'Local', 'native', '{http://localhost/cb}', '{read}'), ('gone', 'Gone', 'native', '{http://127.0.0.1/cb}', '{read}')");
        await _database.ExecuteAsync("UPDATE oauth_clients SET disabled_at = now() WHERE client_id = 'gone'");

        var run = await DoctorRun.OnAsync(_database);

        Assert.Equal(["note client.client_disabled", "warning client.redirect_uri_localhost"], run.Findings);
        Assert.Contains("Client local-app: ", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task How_long_the_current_key_signs_is_known_once_an_instance_has_loaded_it()
    {
        Assert.Contains("not yet: no instance has loaded it", (await DoctorRun.OnAsync(_database)).Output, StringComparison.Ordinal);
        var kid = (await DoctorRun.OnAsync(_database)).Json.GetProperty("checks").EnumerateArray().Single(check => check.GetProperty("name").GetString() == "signing keys")
            .GetProperty("facts").GetProperty("current key").GetString()!.Split(',')[0];

        await _database.ExecuteAsync("INSERT INTO oauth_signing_keys (kid, n, e, signs_since) VALUES ($1, 'n', 'e', now() - interval '3 hours')", kid);

        Assert.Contains("for 3 hours", (await DoctorRun.OnAsync(_database)).Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("now() - interval '3 hours'", "no longer; it leaves at the next rotation")]
    [InlineData("now()", "for another 29 minutes")]
    [InlineData("NULL", "yes: the current key signs nothing yet")]
    public async Task A_previous_key_is_needed_until_the_last_token_that_it_signed_has_expired(string signsSince, string expected)
    {
        using var folder = new KeyFolder();
        var kid = await folder.RotateAsync();
        await _database.ExecuteAsync($"INSERT INTO oauth_signing_keys (kid, n, e, signs_since) VALUES ($1, 'n', 'e', {signsSince})", kid);
        var settings = DoctorRun.Settings(_database);
        settings["SigningKeys:Directory"] = folder.Path;

        var run = await DoctorRun.WithAsync(settings, null, DoctorRun.KnownOfTests);

        Assert.Matches($"(?m)^  previous needed +{expected}", run.Output);
    }

    private sealed class KeyFolder : IDisposable
    {
        private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("oauthserver-doctor-");

        public string Path => _folder.FullName;

        /// <summary>Makes two keys, the first of them previous; the answer is the kid of the second.</summary>
        public async Task<string> RotateAsync()
        {
            var ct = TestContext.Current.CancellationToken;
            var source = new FileKeySource(Path, TimeProvider.System);
            await source.AddAsync(SigningKey.GeneratePem(), onlyFirst: true, ct);
            await source.AddAsync(SigningKey.GeneratePem(), onlyFirst: false, ct);
            await source.PromoteAsync(ct);
            using var stored = await source.ReadAsync(ct);
            return stored[KeyStage.Current]!.Key.KeyId;
        }

        public void Dispose() => _folder.Delete(recursive: true);
    }

    private sealed class Shifted(TimeSpan by) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + by;
    }
}
