using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using OAuthServer.Testing;

namespace OAuthServer.OperatorTests.Operators.Import;

/// <summary>
/// What of an IdentityServer4 comes along. Its packages are no longer to be had: the tables are those that its
/// documentation and its migrations have, filled as it fills them.
/// </summary>
public sealed class IdentityServer4ImportTests : IAsyncLifetime
{
    private const string Handle = "E6B6C1B6C6B14D6A8B7E1A0C55F3A1D2E6B6C1B6C6B14D6A8B7E1A0C55F3A1D2";
    private const string Later = "F7B6C1B6C6B14D6A8B7E1A0C55F3A1D2E6B6C1B6C6B14D6A8B7E1A0C55F3A1D2-1";
    private const string Person = "5be86359-073c-434b-ad2d-a3932222dabe";

    private TestDatabase _database = null!;
    private TestDatabase _source = null!;
    private TestServer? _server;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _database = await TestDatabase.CreateAsync();
        _source = await TestDatabase.CreateEmptyAsync();
        await _source.ExecuteAsync(Tables);
        await _source.ExecuteAsync(Rows.Replace("{HASH}", HashCost.Password, StringComparison.Ordinal));
        await GrantAsync(Convert.ToBase64String(Hash(Handle)), Plain("read offline_access openid"));
        const string payload = """
            {"Subject": {"Claims": [{"Type": "auth_time", "Value": "1770000000"}]},
              "AuthorizedScopes": ["openid", "profile"], "Version": 5}
            """;
        await GrantAsync(Convert.ToHexString(Hash(Later)), $$"""
            {"PersistentGrantDataContainerVersion": 1, "DataProtected": false,
              "Payload": {{JsonSerializer.Serialize(payload)}}}
            """);
        await GrantAsync(
            "sealed",
            """{"PersistentGrantDataContainerVersion": 1, "DataProtected": true, "Payload": "CfDJ8"}""",
            key: Convert.ToBase64String(Hash("another")));
        await GrantAsync("used", Plain("read"), key: Convert.ToBase64String(Hash("used")), consumed: true);
        await GrantAsync("custom", Plain("read"), key: "not a hash");
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null) await _server.DisposeAsync();
        await _database.DisposeAsync();
        await _source.DisposeAsync();
    }

    [Fact]
    public async Task Clients_apis_and_people_come_along_and_what_does_not_is_named()
    {
        var run = await RunAsync("--apply", "--api", "api1=https://api.example.com");
        Assert.Equal(
            [
                "+ api https://api.example.com: meant by requests that name none",
                "+ client jobs: web, client_credentials",
                "its lifetimes are left: they are those of this server",
                "it gets a new secret: the old one is hidden there, or a hash that does not fit here",
                "+ client signer: web, authorization_code",
                "+ client web: web, authorization_code refresh_token",
                "its access tokens are JWTs here, no references",
                "people are asked for consent, where they were not",
                "sign-out by the front channel is not served here",
                "the grant hybrid is not served here",
                "redirect_uris loses https://*.example.com/cb: redirect_uri_has_no_wildcard, "
                    + "redirect_uri_is_https_loopback_http_or_reverse_domain_scheme",
                "the scope custom is of no API here",
                "it gets a new secret: the old one is hidden there, or a hash that does not fit here",
                "- client old is left: none of its grants is served here (implicit, password)",
            ],
            run.Lines.Where(line => line[0] != '~').Take(14));
        Assert.Contains(
            "- server identity resource custom is left: scopes about people are those of OpenID Connect here",
            run.Lines);
        Assert.Contains(
            "- server scope lonely is left: it belongs to no API resource: here a scope is one of an API", run.Lines);
        Assert.Contains("- account ada@example.com is left: accounts_password_hash_has_no_known_format", run.Lines);
        Assert.Equal(1, run.Code);
        var web = (await _database.QueryAsync("SELECT * FROM oauth_clients WHERE client_id = 'web'")).Single();
        Assert.Equal(["https://app.example.com/cb"], (string[])web["redirect_uris"]!);
        Assert.Equal(["https://app.example.com/out"], (string[])web["post_logout_redirect_uris"]!);
        Assert.Equal(["https://other.example.com"], (string[])web["app_origins"]!);
        Assert.Equal(
            ("https://app.example.com/logout", true, true),
            (web["backchannel_logout_uri"], web["require_pkce"], web["claims_in_id_token"]));
        Assert.NotNull(
            await _database.ScalarAsync<string>(
                "SELECT jwks::text FROM oauth_clients WHERE client_id = 'signer' AND client_secret IS NULL"));
        Assert.Equal("See it", await _database.ScalarAsync<string>("SELECT scopes ->> 'read' FROM oauth_resources"));

        using var browser = new TestBrowser(await ServeAsync());
        await browser.SignInAsync("alan@example.com", TestData.Password);
    }

    [Fact]
    public async Task An_api_without_a_uri_is_named_with_what_to_do()
    {
        var run = await RunAsync();
        Assert.Contains(
            "- api api1 is left: its name is no absolute URI, which aud is here: --api api1=https://... gives it one",
            run.Lines);
        Assert.Equal(4, run.Code);
    }

    [Fact]
    public async Task The_source_is_only_read_whatever_its_tables_are_in_truth()
    {
        await _source.ExecuteAsync("""
            ALTER TABLE asp_net_users RENAME TO people;
            CREATE FUNCTION note_reading() RETURNS SETOF people LANGUAGE sql
                AS $$ DELETE FROM "PersistedGrants"; SELECT * FROM people $$;
            CREATE VIEW asp_net_users AS SELECT * FROM note_reading();
            """);
        var run = await RunAsync("--apply");
        Assert.Equal(3, run.Code);
        Assert.Contains("cannot execute DELETE in a read-only transaction", run.Error, StringComparison.Ordinal);
        Assert.Equal(5L, await _source.ScalarAsync<long>("""SELECT count(*) FROM "PersistedGrants" """));
        Assert.Equal(0L, await _database.ScalarAsync<long>("SELECT count(*) FROM oauth_clients"));
    }

    [Fact]
    public async Task Handles_of_either_generation_are_exchanged_and_what_is_sealed_or_used_is_not()
    {
        var run = await RunAsync(
            "--apply", "--json", "--api", "api1=https://api.example.com", "--refresh-tokens-until", Soon());
        var counts = run.Json.GetProperty("counts").GetProperty("refresh_token");
        Assert.Equal((2, 2), (counts.GetProperty("made").GetInt32(), counts.GetProperty("left").GetInt32()));
        var why = run.Json.GetProperty("left")
            .EnumerateArray()
            .Where(note => note.GetProperty("kind").GetString() == "refresh_token")
                .Select(note => note.GetProperty("why").GetString()).Order(StringComparer.Ordinal);
        Assert.Equal(
            ["it is not stored by its SHA-256", "its data is encrypted by the other server, and its scopes with it"],
            why);
        var secret = run.Json.GetProperty("secrets").GetProperty("web").GetString();
        // The hash itself, which a copy of the old database has, is worth nothing.
        Assert.Equal("invalid_grant", (await RefreshAsync(Convert.ToBase64String(Hash(Handle)), secret)).Error);

        var first = await RefreshAsync(Handle, secret);
        Assert.Equal((HttpStatusCode.OK, "read offline_access openid"), (first.Status, first.Scope));
        Assert.Equal(first.RefreshToken, (await RefreshAsync(Handle, secret)).RefreshToken);
        Assert.Equal(HttpStatusCode.OK, (await RefreshAsync(first.RefreshToken, secret)).Status);

        var person = await RefreshAsync(Later, secret);
        Assert.Equal((HttpStatusCode.OK, "openid profile"), (person.Status, person.Scope));
        Assert.Equal(
            1770000000L,
            new Microsoft.IdentityModel.JsonWebTokens.JsonWebToken(person.AccessToken)
                .GetPayloadValue<long>("auth_time"));
        Assert.Equal("invalid_grant", (await RefreshAsync("used", secret)).Error);
    }

    [Fact]
    public async Task Nothing_is_asked_of_a_token_that_is_not_ours_unless_its_client_may_have_imported_ones()
    {
        var run = await RunAsync(
            "--apply", "--json", "--api", "api1=https://api.example.com", "--refresh-tokens-until", Soon());
        var secret = run.Json.GetProperty("secrets").GetProperty("web").GetString();
        // The look-up alone, and the record of the refusal, once nothing is read anew any more because of the import.
        await Eventually.BecomesTrue(
            async () => await StatementsAsync(() => RefreshAsync("made up", secret)) == 2,
            TimeSpan.FromSeconds(10),
            "two statements");
        var exchanged = await RefreshAsync(Handle, secret);
        Assert.Equal(2, await StatementsAsync(() => RefreshAsync(Later, secret)));
        Assert.Equal(1, await StatementsAsync(() => RefreshAsync(exchanged.RefreshToken, secret)));
        await _database.ExecuteAsync("UPDATE oauth_clients SET imported_tokens_until = NULL");
        await Eventually.BecomesTrue(
            async () => await StatementsAsync(() => RefreshAsync("made up", secret)) == 1,
            TimeSpan.FromSeconds(10),
            "the row is read anew");
    }

    private static string Soon() =>
        DateTime.UtcNow.AddDays(20).ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);

    private static byte[] Hash(string handle) => SHA256.HashData(Encoding.UTF8.GetBytes($"{handle}:refresh_token"));

    private static string Plain(string scopes)
    {
        var claims = scopes.Split(' ')
            .Select(scope => $$"""{"Type": "scope", "Value": "{{scope}}", "ValueType": "string"}""");
        return $$$"""
            {"CreationTime": "2026-01-01T00:00:00Z", "Lifetime": 2592000, "Version": 4,
              "AccessToken": {"ClientId": "web", "Claims": [{{{string.Join(',', claims)}}}]}}
            """;
    }

    private Task<int> GrantAsync(string name, string data, string? key = null, bool consumed = false) =>
        _source.ExecuteAsync(
            """
        INSERT INTO "PersistedGrants" ("Key", "Type", "SubjectId", "ClientId", "CreationTime", "Expiration",
            "ConsumedTime", "Data")
        VALUES ($1, 'refresh_token', $2, 'web', now(), now() + interval '10 days', CASE WHEN $3 THEN now() END, $4)
        """, key ?? name, Person, consumed, data);

    private Task<CommandRun> RunAsync(params string[] options) =>
        ImportedServer.On(_database)
            .RunAsync(["import", "identityserver4", "--connection", _source.ConnectionString, .. options], Ct);

    private async Task<TestServer> ServeAsync() =>
        _server ??= await TestServer.StartAsync(new() { Database = _database });

    private async Task<Reply> RefreshAsync(string? token, string? secret) => await (await ServeAsync()).PostFormAsync(
        "/oauth/token",
        ("grant_type", "refresh_token"),
        ("refresh_token", token),
        ("client_id", "web"),
        ("client_secret", secret));

    private async Task<long> StatementsAsync(Func<Task> work)
    {
        var before = await _database.StatementCountAsync();
        await work();
        return await _database.StatementCountAsync() - before;
    }

    private const string Tables = """
        CREATE SCHEMA idsrv;
        CREATE TABLE idsrv."Clients" ("Id" integer PRIMARY KEY, "Enabled" boolean DEFAULT true, "ClientId" varchar(200),
            "ProtocolType" varchar(200) DEFAULT 'oidc',
            "RequireClientSecret" boolean DEFAULT true, "ClientName" varchar(200), "ClientUri" varchar(2000),
            "RequireConsent" boolean DEFAULT false,
            "RequirePkce" boolean DEFAULT true, "AllowPlainTextPkce" boolean DEFAULT false,
            "AllowOfflineAccess" boolean DEFAULT false,
            "FrontChannelLogoutUri" varchar(2000), "BackChannelLogoutUri" varchar(2000),
            "AlwaysIncludeUserClaimsInIdToken" boolean DEFAULT false,
            "AccessTokenType" integer DEFAULT 0, "AccessTokenLifetime" integer DEFAULT 3600,
            "AbsoluteRefreshTokenLifetime" integer DEFAULT 2592000,
            "PairWiseSubjectSalt" varchar(200));
        CREATE TABLE idsrv."ClientGrantTypes" ("Id" serial, "GrantType" varchar(250), "ClientId" integer);
        CREATE TABLE idsrv."ClientRedirectUris" ("Id" serial, "RedirectUri" varchar(2000), "ClientId" integer);
        CREATE TABLE idsrv."ClientPostLogoutRedirectUris" ("Id" serial, "PostLogoutRedirectUri" varchar(2000),
            "ClientId" integer);
        CREATE TABLE idsrv."ClientScopes" ("Id" serial, "Scope" varchar(200), "ClientId" integer);
        CREATE TABLE idsrv."ClientSecrets" ("Id" serial, "Value" varchar(4000), "Type" varchar(250),
            "Expiration" timestamp, "ClientId" integer);
        CREATE TABLE idsrv."ClientCorsOrigins" ("Id" serial, "Origin" varchar(150), "ClientId" integer);
        CREATE TABLE idsrv."ApiResources" ("Id" integer, "Enabled" boolean DEFAULT true, "Name" varchar(200),
            "DisplayName" varchar(200));
        CREATE TABLE idsrv."ApiResourceScopes" ("Id" serial, "Scope" varchar(200), "ApiResourceId" integer);
        CREATE TABLE idsrv."ApiScopes" ("Id" serial, "Enabled" boolean DEFAULT true, "Name" varchar(200),
            "DisplayName" varchar(200), "Description" varchar(1000));
        CREATE TABLE idsrv."IdentityResources" ("Id" serial, "Name" varchar(200));
        CREATE TABLE "PersistedGrants" ("Key" varchar(200), "Type" varchar(50), "SubjectId" varchar(200),
            "SessionId" varchar(100), "ClientId" varchar(200),
            "Description" varchar(200), "CreationTime" timestamp, "Expiration" timestamp, "ConsumedTime" timestamp,
            "Data" varchar(50000));
        CREATE TABLE asp_net_users (id text, user_name text, email text, email_confirmed boolean, password_hash text,
            phone_number text,
            phone_number_confirmed boolean, two_factor_enabled boolean, lockout_end timestamptz);
        """;

    private const string Rows = """
        INSERT INTO idsrv."Clients" ("Id", "ClientId", "ClientName", "RequirePkce", "AllowOfflineAccess",
            "FrontChannelLogoutUri", "BackChannelLogoutUri", "AlwaysIncludeUserClaimsInIdToken", "AccessTokenType")
            VALUES (1, 'web', 'The web app', true, true, 'https://app.example.com/fc', 'https://app.example.com/logout',
                true, 1);
        INSERT INTO idsrv."Clients" ("Id", "ClientId", "AccessTokenLifetime", "RequireConsent")
            VALUES (2, 'jobs', 600, true), (3, 'old', 3600, true), (4, 'signer', 3600, true);
        INSERT INTO idsrv."ClientGrantTypes" ("GrantType", "ClientId") VALUES ('authorization_code', 1), ('hybrid', 1),
            ('client_credentials', 2), ('implicit', 3), ('password', 3), ('authorization_code', 4);
        INSERT INTO idsrv."ClientRedirectUris" ("RedirectUri", "ClientId")
            VALUES ('https://app.example.com/cb', 1), ('https://*.example.com/cb', 1), ('https://signer.example.com/cb',
            4);
        INSERT INTO idsrv."ClientPostLogoutRedirectUris" ("PostLogoutRedirectUri", "ClientId")
            VALUES ('https://app.example.com/out', 1);
        INSERT INTO idsrv."ClientScopes" ("Scope", "ClientId") VALUES ('openid', 1), ('profile', 1), ('read', 1),
            ('custom', 1), ('read', 2), ('openid', 4), ('read', 4);
        INSERT INTO idsrv."ClientSecrets" ("Value", "Type", "ClientId")
            VALUES ('K7gNU3sdo+OL0wNhqoVWhr3g6s1xYv72ol/pe/Unols=', 'SharedSecret', 1),
            ('K7gNU3sdo+OL0wNhqoVWhr3g6s1xYv72ol/pe/Unols=', 'SharedSecret', 2),
            ('K7gNU3sdo+OL0wNhqoVWhr3g6s1xYv72ol/pe/Unols=', 'SharedSecret', 3),
            ('{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
              "y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}', 'JWK', 4);
        INSERT INTO idsrv."ClientCorsOrigins" ("Origin", "ClientId")
            VALUES ('https://app.example.com', 1), ('https://other.example.com', 1);
        INSERT INTO idsrv."ApiResources" ("Id", "Name", "DisplayName") VALUES (1, 'api1', 'My API');
        INSERT INTO idsrv."ApiResourceScopes" ("Scope", "ApiResourceId") VALUES ('read', 1);
        INSERT INTO idsrv."ApiScopes" ("Name", "DisplayName") VALUES ('read', 'See it'), ('lonely', 'Alone');
        INSERT INTO idsrv."IdentityResources" ("Name") VALUES ('openid'), ('profile'), ('custom');
        INSERT INTO asp_net_users VALUES ('5be86359-073c-434b-ad2d-a3932222dabe', 'alan@example.com',
            'alan@example.com', true, '{HASH}', null, false, false, null),
            ('6be86359-073c-434b-ad2d-a3932222dabe', 'ada@example.com', 'ada@example.com', true, 'plain text', null,
            false, true, null);
        """;
}
