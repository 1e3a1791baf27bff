using Microsoft.Extensions.DependencyInjection;
using OAuthServer.Testing;

namespace OAuthServer.OperatorTests.Operators.Doctor;

/// <summary>
/// Each check that asks the database, on a real one: what it finds, and that it finds nothing where nothing is.
/// </summary>
public sealed class DoctorCheckTests : IAsyncLifetime
{
    private TestDatabase _database = null!;

    public async ValueTask InitializeAsync() => _database = await Apis.CreateDatabaseAsync();

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Fact]
    public async Task A_database_as_it_should_be_has_no_findings()
    {
        var run = await DoctorRun.OnAsync(_database);

        Assert.Empty(run.Findings);
        Assert.Equal((0, ""), (run.Code, run.Error));
        Assert.All(run.Checks, check => Assert.True(check.GetProperty("checked").GetBoolean(), check.GetRawText()));
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

        await _database.ExecuteAsync("DELETE FROM schema_versions WHERE script_name ~ '^(001|999)'");
        var old = await DoctorRun.OnAsync(_database);
        Assert.Equal(["error schema_old"], old.Findings);
        Assert.Contains("001_create_oauth_tables.sql", old.Output, StringComparison.Ordinal);
        Assert.Contains("OAuthServer migrate", old.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("oauth_audit_events")]
    [InlineData("data_protection_keys")]
    public async Task A_sequence_behind_its_rows_is_found_with_what_mends_it(string table)
    {
        var values = table == "oauth_audit_events" ? "(event) VALUES ('sign_in')" : "DEFAULT VALUES";
        await _database.ExecuteAsync($"INSERT INTO {table} {values}");
        await _database.ExecuteAsync($"SELECT setval('{table}_id_seq', 1, false)");

        var behind = await DoctorRun.OnAsync(_database);
        Assert.Equal(["error database_sequence"], behind.Findings);
        var mend = behind.Checks.SelectMany(check => check.GetProperty("findings").EnumerateArray())
            .Single().GetProperty("do").GetString()!;
        Assert.Contains($"{table}_id_seq", mend, StringComparison.Ordinal);
        await _database.ExecuteAsync(mend);
        Assert.Empty((await DoctorRun.OnAsync(_database)).Findings);
    }

    [Theory]
    [InlineData(0, "")]
    [InlineData(-5, "warning clock_off")]
    [InlineData(5, "warning clock_off")]
    [InlineData(1, "")]
    [InlineData(3, "warning clock_off")]
    [InlineData(58, "warning clock_off")]
    [InlineData(62, "error clock_off")]
    [InlineData(90, "error clock_off")]
    [InlineData(-90, "error clock_off")]
    public async Task A_clock_that_differs_from_the_databases_is_found(int seconds, string expected)
    {
        var clock = new Shifted(TimeSpan.FromSeconds(seconds));

        var run = await DoctorRun.OnAsync(
            _database, more: builder => builder.Services.AddSingleton<TimeProvider>(clock));

        Assert.Equal(expected, string.Join(", ", run.Findings));
        var side = seconds > 0 ? "s behind this machine" : seconds < 0 ? "s ahead of this machine" : "0.0";
        Assert.Contains(side, run.Fact("clock"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(-1, "encryptedKey", "warning session_keys_expired")]
    [InlineData(60, "encryptedKey", "")]
    [InlineData(60, "masterKey", "warning session_keys_in_clear")]
    public async Task Session_keys_are_judged_by_their_end_and_lie_nowhere_in_clear(
        int days, string kind, string expected)
    {
        await _database.ExecuteAsync(
            """
            INSERT INTO data_protection_keys (friendly_name, xml) VALUES ('key', format(
                '<key id="4b5d" version="1"><activationDate>2026-01-01T00:00:00Z</activationDate>'
                '<expirationDate>%1$s</expirationDate><descriptor><%2$s>never-printed</%2$s></descriptor></key>',
                to_char((now() + make_interval(days => $1)) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
                $2::text))
            """,
            days, kind);

        var run = await DoctorRun.OnAsync(_database);

        Assert.Equal(expected, string.Join(", ", run.Findings));
        Assert.DoesNotContain("never-printed", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_where_nobody_opened_a_page_has_no_session_key_which_is_no_fault()
    {
        var known = DoctorRun.Ignore("database_not_durable", "key_files_in_production", "database_superuser");

        var run = await DoctorRun.WithAsync(DoctorRun.Settings(_database), null, [.. known, "--json"]);

        Assert.Equal(["note mail_server_none", "note session_keys_none"], run.Findings);
        Assert.Equal(0, run.Code);
    }

    [Theory]
    [InlineData(49_999, "")]
    [InlineData(50_000, "warning sweeper_behind")]
    public async Task A_backlog_of_the_sweeper_is_found(int rows, string expected)
    {
        await _database.ExecuteAsync(
            """
            INSERT INTO oauth_revoked_tokens (jti, expires_at)
            SELECT row::text, now() - interval '1 minute' FROM generate_series(1, $1) AS row
            """,
            rows);

        var run = await DoctorRun.OnAsync(_database);

        Assert.Equal(expected, string.Join(", ", run.Findings));
        // The numbers that the server's log has.
        if (expected.Length > 0) Assert.Contains("log events 6201 and 6202", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_instance_that_does_not_sweep_says_so()
    {
        var settings = DoctorRun.Settings(_database);
        settings["Sweeper:Enabled"] = "false";

        var run = await DoctorRun.WithAsync(settings, null, ["--json", .. DoctorRun.KnownOfTests]);

        Assert.Equal((0, "note sweeper_off"), (run.Code, Assert.Single(run.Findings)));
    }

    [Theory]
    [InlineData(9, "")]
    [InlineData(11, "warning seals_behind")]
    public async Task Audit_rows_that_wait_too_long_for_their_seal_are_found(int minutes, string expected)
    {
        await _database.ExecuteAsync(
            "INSERT INTO oauth_audit_events (event, occurred_at) VALUES ('sign_in', now() - make_interval(mins => "
            + "$1))",
            minutes);

        Assert.Equal(expected, string.Join(", ", (await DoctorRun.OnAsync(_database)).Findings));
    }

    /// <summary>Five rounds of sealing, where that is longer than ten minutes.</summary>
    [Theory]
    [InlineData(14, "")]
    [InlineData(16, "warning seals_behind")]
    public async Task Rows_may_wait_for_five_rounds_of_sealing(int minutes, string expected)
    {
        await _database.ExecuteAsync(
            "INSERT INTO oauth_audit_events (event, occurred_at) VALUES ('sign_in', now() - make_interval(mins => $1))",
            minutes);
        var settings = DoctorRun.Settings(_database);
        settings["Audit:SealInterval"] = "00:03:00";

        var run = await DoctorRun.WithAsync(settings, null, ["--json", .. DoctorRun.KnownOfTests]);

        Assert.Equal(expected, string.Join(", ", run.Findings));
        Assert.Equal($"{minutes} minutes", run.Fact("oldest row without a seal"));
    }

    [Fact]
    public async Task A_mail_server_that_is_away_and_mails_that_are_stuck_are_named()
    {
        await using var sink = MailSink.Start();
        var settings = DoctorRun.Settings(_database);
        foreach (var (key, value) in sink.Settings) settings[key] = value;
        var well = await DoctorRun.WithAsync(settings, null, ["--json", .. DoctorRun.KnownOfTests]);
        Assert.Empty(well.Findings);
        Assert.Equal(("answers", "0 mails"), (well.Fact("mail server"), well.Fact("mails that wait")));

        sink.Disappear();
        await _database.ExecuteAsync(
            "INSERT INTO mail_outbox (kind, account_id, sorted_at, made_at, expires_at) "
                + "VALUES ('PasswordChanged', gen_random_uuid(), now(), now() - interval '20 minutes', now() + "
                + "interval '1 day')");
        var away = await DoctorRun.WithAsync(settings, null, ["--json", .. DoctorRun.KnownOfTests]);
        Assert.Equal(["error mail_server_away", "warning mail_stuck"], away.Findings);
        Assert.Equal("1 mail", away.Fact("mails that wait"));
    }

    [Fact]
    public async Task A_default_API_that_is_missing_is_named_with_the_way_to_one()
    {
        var well = await DoctorRun.OnAsync(_database);
        Assert.Equal(
            ("https://as.example.test", "https://as.example.test"), (well.Fact("apis"), well.Fact("default audience")));
        await _database.ExecuteAsync("UPDATE oauth_resources SET is_default = false");
        await _database.ExecuteAsync(
            """
            INSERT INTO oauth_resources (resource, name, scopes)
            VALUES ('urn:files', 'Files', '{"files": "See them"}')
            """);

        var run = await DoctorRun.OnAsync(_database);

        Assert.Equal(["warning resource_default_missing"], run.Findings);
        Assert.Equal(("https://as.example.test, urn:files", "none"), (run.Fact("apis"), run.Fact("default audience")));
    }

    [Fact]
    public async Task A_client_that_the_linter_would_name_is_named()
    {
        await _database.ExecuteAsync(
            """
            INSERT INTO oauth_clients (client_id, name, application_type, redirect_uris, allowed_scopes, disabled_at)
            VALUES ('local-app', 'Local', 'native', '{http://localhost/cb}', '{read}', NULL),
                   ('gone', 'Gone', 'native', '{http://127.0.0.1/cb}', '{read}', now())
            """);

        var run = await DoctorRun.OnAsync(_database);

        Assert.Equal(["note client.client_disabled", "warning client.redirect_uri_localhost"], run.Findings);
        Assert.Contains("Client local-app: ", run.Output, StringComparison.Ordinal);
        Assert.Equal("1, and 1 disabled", run.Fact("clients"));
    }

    private sealed class Shifted(TimeSpan by) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + by;
    }
}
