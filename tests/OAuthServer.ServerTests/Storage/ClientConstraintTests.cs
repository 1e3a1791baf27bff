using Npgsql;
using OAuthServer.Protocol;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Storage;

/// <summary>A row that could never work, or should not, is refused by a constraint whose name says why.</summary>
public sealed class ClientConstraintTests(ClientConstraintTests.Schema schema)
    : IClassFixture<ClientConstraintTests.Schema>
{
    private const string Bcrypt = "'$2a$12$mVdMDShNwmSkGrFsN27zCeNAfh7bX/CL5Dl8qhSbF3XDJ4FiXgDpm'";
    private const string TooManyScopes = "allowed_scopes_have_at_most_4000_characters";
    private const string NotHttps = "redirect_uri_is_https_loopback_http_or_reverse_domain_scheme";

    [Theory]
    [Row("REG-01")]
    [InlineData(NotHttps, "/cb")]
    [InlineData(NotHttps, "cb")]
    [InlineData(NotHttps, "//c.example/cb")]
    [InlineData(NotHttps, "https:///cb")]
    [InlineData(NotHttps, "https:/c.example/cb")]
    [InlineData("redirect_uri_has_no_fragment", "https://c.example/cb#f")]
    [InlineData("redirect_uri_has_no_fragment", "https://c.example/cb#")]
    [InlineData("redirect_uri_has_no_wildcard", "https://*.example/cb")]
    [InlineData("redirect_uri_has_no_wildcard", "https://c.example/*")]
    [InlineData("redirect_uri_has_no_user_info", "https://u:p@c.example/cb")]
    [InlineData("redirect_uri_has_no_user_info", "https://u@c.example/cb")]
    [InlineData("redirect_uri_has_no_user_info", "http://localhost:80@evil.example/cb")]
    [InlineData("redirect_uri_has_no_dot_segment", "https://c.example/../cb")]
    [InlineData("redirect_uri_has_no_dot_segment", "https://c.example/a/./cb")]
    [InlineData("redirect_uri_has_no_dot_segment", "https://c.example/a/..")]
    [InlineData("redirect_uri_has_no_dot_segment", "https://c.example/a/..?x=y")]
    [InlineData("redirect_uri_has_no_dot_segment", "https://c.example/%2e%2E/cb")]
    [InlineData("redirect_uri_has_no_dot_segment", "https://c.example/a%2f..%2Fcb")]
    [InlineData("redirect_uri_has_no_space_control_or_non_ascii_character", "https://c.example/c b")]
    [InlineData("redirect_uri_has_no_space_control_or_non_ascii_character", " https://c.example/cb")]
    [InlineData("redirect_uri_has_no_space_control_or_non_ascii_character", "https://c.example/cb ")]
    [InlineData("redirect_uri_has_no_space_control_or_non_ascii_character", "https://c.example/cb\r\nX-Header: 1")]
    [InlineData("redirect_uri_has_no_space_control_or_non_ascii_character", "https://c.example/cb\n")]
    [InlineData("redirect_uri_has_no_space_control_or_non_ascii_character", "https://c.example/\u0001")]
    [InlineData("redirect_uri_has_no_space_control_or_non_ascii_character", "https://c.example/\u007F")]
    [InlineData("redirect_uri_has_no_space_control_or_non_ascii_character", "https://c.example/ü")]
    [InlineData("redirect_uri_has_no_space_control_or_non_ascii_character", "https://с.example/cb")]
    [InlineData("redirect_uri_has_no_backslash_quote_or_angle_bracket", "https://c.example\\@evil.example/cb")]
    [InlineData("redirect_uri_has_no_backslash_quote_or_angle_bracket", "https://c.example/\"")]
    [InlineData("redirect_uri_has_no_backslash_quote_or_angle_bracket", "https://c.example/<script>")]
    [InlineData("redirect_uri_has_no_backslash_quote_or_angle_bracket", "https://c.example/{tenant}/cb")]
    public async Task A_redirect_uri_that_is_not_absolute_and_literal_is_refused(string constraint, string uri) =>
        Assert.Equal(constraint, await RefusalAsync("redirect_uris", "$1", uri));

    [Theory]
    [Row("REG-02")]
    [InlineData("http://c.example/cb")]
    [InlineData("http://127.0.0.1.evil.example/cb")]
    [InlineData("http://localhost.evil.example/cb")]
    [InlineData("http://10.0.0.1/cb")]
    [InlineData("HTTP://localhost/cb")]
    [InlineData("myapp:/cb")]
    [InlineData("myapp://cb")]
    [InlineData("javascript:alert(1)")]
    [InlineData("JavaScript:alert(1)")]
    [InlineData("data:text/html,x")]
    [InlineData("file:///etc/passwd")]
    [InlineData("vbscript:x")]
    [InlineData("blob:https://c.example/x")]
    [InlineData("about:blank")]
    [InlineData("ftp://c.example/cb")]
    [InlineData("com.example.app:cb")]
    public async Task A_scheme_that_is_neither_https_nor_loopback_nor_reverse_domain_is_refused(string uri)
    {
        Assert.Equal(NotHttps, await RefusalAsync("redirect_uris", "$1", uri));
        Assert.Equal(
            NotHttps, await RefusalAsync("application_type, client_secret, redirect_uris", "'native', NULL, $1", uri));
    }

    [Theory]
    [Row("REG-02")]
    [InlineData("http://127.0.0.1/cb")]
    [InlineData("http://127.0.0.1:51004/cb")]
    [InlineData("http://[::1]/cb")]
    [InlineData("http://localhost/cb")]
    [InlineData("com.example.app:/cb")]
    [InlineData("com.example.app:/oauth/cb?tenant=1")]
    [InlineData("https://c.example/cb?tenant=1")]
    public async Task A_native_client_may_use_loopback_reverse_domain_and_https(string uri) =>
        Assert.Null(await RefusalAsync("application_type, client_secret, redirect_uris", "'native', NULL, $1", uri));

    [Theory]
    [Row("REG-02")]
    [InlineData("cursor://anysphere.cursor-deeplink/mcp/cb", "cursor", true)]
    [InlineData("vscode://vscode.dev/redirect", "vscode,vscode-insiders", true)]
    [InlineData("vscode-insiders:/cb", "vscode,vscode-insiders", true)]
    [InlineData("zed://cb", "zed", true)]
    [InlineData("cursor://cb", "vscode", false)]
    [InlineData("Cursor://cb", "cursor", false)]
    [InlineData("cursor:cb", "cursor", false)]
    [InlineData("cursors://cb", "cursor", false)]
    [InlineData("javascript://cb", "cursor", false)]
    public async Task A_short_scheme_is_for_the_client_that_it_was_accepted_for(string uri, string schemes, bool fits)
    {
        const string columns = "application_type, client_secret, accepted_schemes, redirect_uris";
        var refusal = await RefusalAsync(columns, $"'native', NULL, '{{{schemes}}}', $1", uri);
        Assert.Equal(fits ? null : NotHttps, refusal);
    }

    [Theory]
    [Row("REG-02")]
    [InlineData("accepted_schemes_are_for_native_clients", "'browser'", "cursor")]
    [InlineData("accepted_scheme_has_2_to_50_lower_case_characters", "'native'", "C")]
    [InlineData("accepted_scheme_has_2_to_50_lower_case_characters", "'native'", "Cursor")]
    [InlineData("accepted_scheme_has_2_to_50_lower_case_characters", "'native'", "cursor:")]
    [InlineData("accepted_scheme_has_2_to_50_lower_case_characters", "'native'", ".*")]
    [InlineData("accepted_scheme_is_none_of_browsers_and_systems", "'native'", "javascript")]
    [InlineData("accepted_scheme_is_none_of_browsers_and_systems", "'native'", "data")]
    [InlineData("accepted_scheme_is_none_of_browsers_and_systems", "'native'", "file")]
    [InlineData("accepted_scheme_is_none_of_browsers_and_systems", "'native'", "http")]
    [InlineData("accepted_scheme_is_none_of_browsers_and_systems", "'native'", "intent")]
    [InlineData("accepted_scheme_is_none_of_browsers_and_systems", "'native'", "ms-msdt")]
    [InlineData("accepted_scheme_is_none_of_browsers_and_systems", "'native'", "chrome-extension")]
    [InlineData("accepted_scheme_is_none_of_browsers_and_systems", "'native'", "mailto")]
    [InlineData(null, "'native'", "mailto-app")]
    public async Task A_scheme_that_systems_act_on_is_never_accepted(string? constraint, string type, string scheme) =>
        Assert.Equal(constraint, await RefusalAsync(
            "application_type, client_secret, accepted_schemes", $"{type}, NULL, '{{{scheme}}}'"));

    [Theory]
    [InlineData("capacitor://localhost")]
    [InlineData("ionic://localhost")]
    [InlineData("tauri://localhost")]
    [InlineData("http://tauri.localhost")]
    [InlineData("http://localhost:3000")]
    [InlineData("http://127.0.0.1:8080")]
    [InlineData("https://app.example")]
    [InlineData("https://xn--bcher-kva.example:8443")]
    [InlineData("chrome-extension://abcdefghijklmnopabcdefghijklmnop")]
    [InlineData("moz-extension://3c078156-979c-498b-8990-85f7987dd929")]
    [InlineData("app://obsidian.md")]
    public async Task An_origin_of_an_app_can_be_registered(string origin) =>
        Assert.Null(await RefusalAsync("app_origins", "$1", origin));

    [Theory]
    [InlineData("null")]
    [InlineData("*")]
    [InlineData("https://app.example/")]
    [InlineData("https://APP.example")]
    [InlineData("https://*.app.example")]
    [InlineData("https://u@app.example")]
    [InlineData("http://app.example")]
    [InlineData("http://localhost.evil.example")]
    [InlineData("file://")]
    [InlineData("file://localhost")]
    [InlineData("data://x")]
    [InlineData("capacitor://")]
    [InlineData("capacitor://localhost/x")]
    [InlineData("capacitor:localhost")]
    [InlineData("https://app.example\n")]
    public async Task What_no_browser_sends_or_everybody_has_is_no_origin(string origin) => Assert.Equal(
        "app_origin_is_https_loopback_http_or_an_apps_scheme", await RefusalAsync("app_origins", "$1", origin));

    [Theory]
    [InlineData("app_origin_has_no_default_port", "ARRAY['https://app.example:443']")]
    [InlineData("app_origin_has_no_default_port", "ARRAY['http://localhost:80']")]
    [InlineData("app_origin_is_at_most_255_characters", "ARRAY['https://' || repeat('a', 248)]")]
    [InlineData(null, "ARRAY['https://' || repeat('a', 247)]")]
    public async Task An_origin_is_written_as_browsers_do(string? constraint, string value) =>
        Assert.Equal(constraint, await RefusalAsync("app_origins", value));

    [Theory]
    [Row("REG-01")]
    [InlineData("https://c.example/cb?code=1", false)]
    [InlineData("https://c.example/cb?a=1&state=x", false)]
    [InlineData("https://c.example/cb?iss", false)]
    [InlineData("https://c.example/cb?error_description=&a=1", false)]
    [InlineData("https://c.example/cb?encode=1&states=2", true)]
    [InlineData("https://c.example/cb?a=code=1", true)]
    [InlineData("https://c.example/code?scope=read", true)]
    public async Task A_query_with_a_parameter_of_an_answer_is_refused(string uri, bool fits)
    {
        var constraint = fits ? null : "redirect_uri_query_has_no_parameter_of_an_answer";
        Assert.Equal(constraint, await RefusalAsync("redirect_uris", "$1", uri));
    }

    [Theory]
    [Row("REG-02")]
    [InlineData("'web'", Bcrypt)]
    [InlineData("'browser'", "NULL")]
    public async Task A_private_use_scheme_is_for_native_clients_alone(string type, string secret) =>
        Assert.Equal("private_use_scheme_is_for_native_clients", await RefusalAsync(
            "application_type, client_secret, redirect_uris", $"{type}, {secret}, $1", "com.example.app:/cb"));

    [Theory]
    [Row("REG-03")]
    [InlineData(null, "application_type, client_secret", "'native', NULL")]
    [InlineData(null, "application_type, client_secret", "'browser', NULL")]
    [InlineData("public_client_has_no_secret", "application_type", "'native'")]
    [InlineData("public_client_has_no_secret", "application_type", "'browser'")]
    [InlineData(
        "public_client_has_no_secret",
        "application_type, client_secret, next_client_secret",
        "'browser', NULL, " + Bcrypt)]
    [InlineData("web_client_has_a_secret_or_keys", "client_secret", "NULL")]
    [InlineData("max_refresh_repeats_is_above_0", "max_refresh_repeats", "0")]
    [InlineData("max_refresh_repeats_is_above_0", "max_refresh_repeats", "-1")]
    [InlineData(null, "max_refresh_repeats", "1")]
    [InlineData(null, "max_refresh_repeats", "NULL")]
    [InlineData(
        "public_client_requires_pkce", "application_type, client_secret, require_pkce", "'browser', NULL, false")]
    [InlineData(
        "public_client_requires_pkce", "application_type, client_secret, require_pkce", "'native', NULL, false")]
    [InlineData("application_type_is_web_browser_or_native", "application_type, client_secret", "'machine', NULL")]
    [InlineData("application_type_is_web_browser_or_native", "application_type", "'WEB'")]
    [InlineData("redirect_uris_are_not_empty_for_the_code_grant", "redirect_uris", "'{}'")]
    [InlineData(null, "redirect_uris, grant_types", "'{}', '{refresh_token}'")]
    public async Task The_type_of_a_client_is_recorded_and_decides(string? constraint, string columns, string values) =>
        Assert.Equal(constraint, await RefusalAsync(columns, values));

    [Theory]
    [Row("AT-04")]
    [InlineData("client_id_is_not_a_uuid", "'a11ce000-0000-4000-8000-000000000001'")]
    [InlineData("client_id_is_not_a_uuid", "'A11CE000-0000-4000-8000-00000000000F'")]
    [InlineData("client_id_is_not_a_uuid", "'a11ce000000040008000000000000001'")]
    [InlineData("client_id_is_not_a_url", "'https://c.example/client'")]
    [InlineData("client_id_is_not_a_url", "'HTTP://c.example'")]
    [InlineData("client_id_has_1_to_128_printable_ascii_characters", "''")]
    [InlineData("client_id_has_1_to_128_printable_ascii_characters", "' padded '")]
    [InlineData("client_id_has_1_to_128_printable_ascii_characters", "'ü'")]
    [InlineData("client_id_has_1_to_128_printable_ascii_characters", "E'a\\nb'")]
    [InlineData("client_id_has_1_to_128_printable_ascii_characters", "E'a\\n'")]
    [InlineData("client_id_has_1_to_128_printable_ascii_characters", "repeat('a', 129)")]
    [InlineData(null, "repeat('a', 128)")]
    public async Task A_client_id_is_short_readable_and_no_user_id(string? constraint, string value) =>
        Assert.Equal(constraint, await RefusalAsync("client_id", value));

    [Theory]
    [Row("REG-04")]
    [InlineData("client_secret_is_bcrypt_of_cost_10_to_14", "client_secret", "'plain-text-secret-of-some-length'")]
    [InlineData("client_secret_is_bcrypt_of_cost_10_to_14", "client_secret", "''")]
    [InlineData(
        "client_secret_is_bcrypt_of_cost_10_to_14",
        "client_secret",
        "'$2a$04$mVdMDShNwmSkGrFsN27zCeNAfh7bX/CL5Dl8qhSbF3XDJ4FiXgDpm'")]
    [InlineData(
        "client_secret_is_bcrypt_of_cost_10_to_14",
        "client_secret",
        "'$2a$15$mVdMDShNwmSkGrFsN27zCeNAfh7bX/CL5Dl8qhSbF3XDJ4FiXgDpm'")]
    [InlineData(
        "client_secret_is_bcrypt_of_cost_10_to_14",
        "client_secret",
        "E'$2a$12$mVdMDShNwmSkGrFsN27zCeNAfh7bX/CL5Dl8qhSbF3XDJ4FiXgDpm\\n'")]
    [InlineData(
        "next_client_secret_is_bcrypt_of_cost_10_to_14", "next_client_secret", "'plain-text-secret-of-some-length'")]
    public async Task A_secret_that_is_no_strong_hash_is_refused(string constraint, string column, string value) =>
        Assert.Equal(constraint, await RefusalAsync(column, value));

    [Theory]
    [InlineData("name_has_1_to_100_characters", "name", "''")]
    [InlineData("name_has_1_to_100_characters", "name", "repeat('a', 101)")]
    [InlineData("name_has_1_to_100_characters", "name", "E'two\\nlines'")]
    [InlineData("grant_types_are_supported", "grant_types", "'{}'")]
    [InlineData("grant_types_are_supported", "grant_types", "'{password}'")]
    [InlineData("grant_types_are_supported", "grant_types", "'{authorization_code,implicit}'")]
    [InlineData("grant_types_are_supported", "grant_types", "'{authorization_code,NULL}'")]
    [InlineData("allowed_scopes_are_not_empty", "allowed_scopes", "'{}'")]
    [InlineData("allowed_scopes_have_valid_characters", "allowed_scopes", "'{\"read write\"}'")]
    [InlineData("allowed_scopes_have_valid_characters", "allowed_scopes", "ARRAY['a\"b']")]
    [InlineData("allowed_scopes_have_valid_characters", "allowed_scopes", "ARRAY['a\\b']")]
    [InlineData("allowed_scopes_have_valid_characters", "allowed_scopes", "ARRAY['']")]
    [InlineData("allowed_scopes_have_valid_characters", "allowed_scopes", "ARRAY['é']")]
    [InlineData("allowed_scopes_have_valid_characters", "allowed_scopes", "ARRAY[repeat('a', 101)]")]
    [InlineData("allowed_scopes_have_valid_characters", "allowed_scopes", "ARRAY['read', NULL]")]
    [InlineData(TooManyScopes, "allowed_scopes", "array_fill(repeat('a', 100), ARRAY[40])")]
    [InlineData(null, "allowed_scopes", "array_fill(repeat('a', 99), ARRAY[40])")]
    [InlineData("default_scopes_are_among_allowed_scopes", "default_scopes", "'{write}'")]
    [InlineData(
        "redirect_uri_is_at_most_2000_characters", "redirect_uris", "ARRAY['https://c.example/' || repeat('a', 1983)]")]
    [InlineData(null, "redirect_uris", "ARRAY['https://c.example/' || repeat('a', 1982)]")]
    public async Task Every_other_column_is_checked_too(string? constraint, string column, string value) =>
        Assert.Equal(constraint, await RefusalAsync(column, value));

    [Fact]
    [Row("REG-01")]
    public async Task One_wrong_redirect_uri_among_right_ones_is_refused() =>
        Assert.Equal("redirect_uri_has_no_fragment", await RefusalAsync(
            "redirect_uris", "ARRAY['https://c.example/cb', 'https://c.example/b#', 'https://c.example/c']"));

    [Fact]
    [Row("REG-01")]
    public async Task A_missing_value_among_redirect_uris_is_refused() =>
        Assert.NotNull(await RefusalAsync("redirect_uris", "ARRAY['https://c.example/cb', NULL]"));

    [Fact]
    [Row("REG-01")]
    public async Task An_update_is_checked_like_an_insert()
    {
        await using var connection = await schema.Database.DataSource.OpenConnectionAsync(
            TestContext.Current.CancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(TestContext.Current.CancellationToken);
        await InsertAsync(connection, "client_id", "'to-change'");
        await using var update = new NpgsqlCommand(
            "UPDATE oauth_clients SET redirect_uris = '{https://*.example/cb}' WHERE client_id = 'to-change'",
            connection);
        var refusal = await Assert.ThrowsAsync<PostgresException>(
            () => update.ExecuteNonQueryAsync(TestContext.Current.CancellationToken));
        Assert.Equal("redirect_uri_has_no_wildcard", refusal.ConstraintName);
    }

    [Theory]
    [InlineData(
        "code_is_a_sha256",
        "oauth_authorization_codes (code, client_id, user_id, id, redirect_uri, redirect_uri_was_sent, scope, "
            + "expires_at) VALUES ('\\x00', 'c', $1, $1, 'https://c.example/cb', true, 'read', now())")]
    [InlineData(
        "code_lives_at_most_10_minutes",
        "oauth_authorization_codes (code, client_id, user_id, id, redirect_uri, redirect_uri_was_sent, scope, "
            + "expires_at) VALUES (sha256('a'), 'c', $1, $1, 'https://c.example/cb', true, 'read', now() + interval "
            + "'10 minutes 1 second')")]
    public async Task Codes_are_hashes_and_end_in_time(string constraint, string insert)
    {
        var refusal = await Assert.ThrowsAsync<PostgresException>(
            () => schema.Database.ExecuteAsync($"INSERT INTO {insert}", Handle.NewId()));
        Assert.Equal(constraint, refusal.ConstraintName);
    }

    // Null when the row is accepted. Nothing stays.
    private async Task<string?> RefusalAsync(string columns, string values, string? uri = null)
    {
        await using var connection = await schema.Database.DataSource.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        try
        {
            await InsertAsync(connection, columns, values, uri);
            return null;
        }
        catch (PostgresException refused) when (refused.SqlState is PostgresErrorCodes.CheckViolation)
        {
            return refused.ConstraintName;
        }
    }

    // A row that is right but for these columns.
    private static async Task InsertAsync(
        NpgsqlConnection connection, string columns, string values, string? uri = null)
    {
        var row = new Dictionary<string, string>
        {
            ["client_id"] = "'constrained'",
            ["client_secret"] = Bcrypt,
            ["name"] = "'Constrained'",
            ["redirect_uris"] = "'{https://c.example/cb}'",
            ["allowed_scopes"] = "'{read}'",
        };
        foreach (var column in columns.Split(", ")) row.Remove(column);
        await using var insert = new NpgsqlCommand(
            $"INSERT INTO oauth_clients ({string.Join(", ", [.. row.Keys, columns])}) "
                + $"VALUES ({string.Join(", ", [.. row.Values, values])})", connection);
        if (uri is not null) insert.Parameters.Add(new NpgsqlParameter { Value = new[] { uri } });
        await insert.ExecuteNonQueryAsync();
    }

    /// <summary>One migrated database for all of them.</summary>
    public sealed class Schema : IAsyncLifetime
    {
        public TestDatabase Database { get; private set; } = null!;

        public async ValueTask InitializeAsync() => Database = await TestDatabase.CreateAsync();

        public async ValueTask DisposeAsync() => await Database.DisposeAsync();
    }
}
