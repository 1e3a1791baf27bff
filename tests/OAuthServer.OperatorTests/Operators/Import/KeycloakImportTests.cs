using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using OAuthServer.Testing;

namespace OAuthServer.OperatorTests.Operators.Import;

/// <summary>
/// What of the export of a Keycloak realm comes along: clients with their secrets, people with their hashes.
/// </summary>
public sealed class KeycloakImportTests : IAsyncLifetime
{
    private const string Password = "a quiet harbour 7";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory();
    private TestServer _server = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() =>
        _server = await TestServer.StartAsync(new() { Database = await TestDatabase.CreateAsync() });

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        await _server.Database.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task A_realm_comes_along_with_its_secrets_and_hashes_and_what_does_not_is_named()
    {
        var realm = await WriteAsync("realm.json", Realm);
        var users = await WriteAsync("users-0.json", Users());
        var plan = await RunAsync(realm, users);
        Assert.Equal(4, plan.Code);
        var run = await RunAsync(realm, users, "--apply");
        Assert.Equal(
            [
                "+ api https://api.example.com: meant by requests that name none",
                "+ client reports: web, client_credentials",
                "its default scopes come with a request that names none; any other has to ask for them",
                "it gets a new secret. A client secret needs at least 16 characters.",
                "+ client shop: web, authorization_code refresh_token",
                "its default scopes come with a request that names none; any other has to ask for them",
                "its roles are left: access tokens carry none here",
                "the grant password is not served here",
                "redirect_uris loses https://shop.example.com/*: redirect_uri_has_no_wildcard",
                "post_logout_redirect_uris loses https://shop.example.com/*: post_logout_redirect_uri_has_no_wildcard",
                "- client ledger is left: none of its grants is served here (saml)",
            ],
            run.Lines.Where(line => line[0] != '~').Take(11));
        Assert.Contains(
            "- account 44444444-0000-4000-8000-000000000004 is left: dave@example.com: its password is hashed by "
                + "scrypt, which is not known here",
            run.Lines);
        Assert.Contains(
            "- account erin@example.com is left: accounts_argon2_is_above_128_mb_10_passes_or_4_lanes", run.Lines);
        foreach (var left in (string[])[
            "realm roles (1)",
            "groups (1)",
            "identity providers (1)",
            "service accounts (1)",
            "second factors (1)",
            "refresh tokens",
        ])
        {
            Assert.Contains(run.Lines, line => line.StartsWith($"- server {left} is left: ", StringComparison.Ordinal));
        }

        Assert.Contains("account: 3 made, 0 there already, 2 left", run.Lines);
        Assert.Single(run.Lines, line => line.StartsWith("client_secret of ", StringComparison.Ordinal));

        // The new API is known within a second.
        await Eventually.BecomesTrue(
            async () =>
                (await _server.PostFormAsync(
                    "/oauth/token",
                    ("grant_type", "client_credentials"),
                    ("client_id", "reports"),
                    ("client_secret", run.Lines[^1].Split(": ")[^1]))).Status == System.Net.HttpStatusCode.OK,
            TimeSpan.FromSeconds(10),
            "the imported client gets a token for the imported API");
        Assert.True(await _server.Database.ScalarAsync<bool>(
            "SELECT require_pkce FROM oauth_clients WHERE client_id = 'reports'"));
        Assert.True(
            BCrypt.Net.BCrypt.Verify(
                "the-secret-of-the-shop",
                await _server.Database.ScalarAsync<string>(
                    "SELECT client_secret FROM oauth_clients WHERE client_id = 'shop'")));
        Assert.Equal(
            "11111111-0000-4000-8000-000000000001",
            (await _server.Database.ScalarAsync<Guid>("SELECT id FROM accounts WHERE email = 'bert@example.com'"))
                .ToString());
        foreach (var email in (string[])["bert@example.com", "carla@example.com"])
        {
            using var browser = new TestBrowser(_server);
            await browser.SignInAsync(email, Password);
        }

        var again = await RunAsync(realm, users, "--apply");
        Assert.Contains("client: 0 made, 2 there already, 1 left", again.Lines);
        Assert.Contains("account: 0 made, 3 there already, 2 left", again.Lines);
    }

    [Fact]
    public async Task A_file_that_is_no_export_is_named_and_nothing_is_written()
    {
        var broken = await RunAsync(await WriteAsync("broken.json", "{\n\"realm\": "), "--apply");
        Assert.Equal((1, "broken.json is no JSON: line 2."), (broken.Code, broken.Error.Trim()));
        var list = await RunAsync(await WriteAsync("list.json", "[]"), "--apply");
        Assert.Equal((1, "list.json is no export of a realm: it is no JSON object."), (list.Code, list.Error.Trim()));
        var empty = await RunAsync(
            await WriteAsync("empty.json", """{"realm": "x", "clients": [null, 7, {}], "users": "none"}"""), "--apply");
        Assert.Equal(1, empty.Code);
        var missing = await RunAsync(Path.Combine(_folder.FullName, "missing.json"), "--apply");
        Assert.Equal(1, missing.Code);
        Assert.StartsWith("missing.json cannot be read: ", missing.Error, StringComparison.Ordinal);
        Assert.Equal(0L, await _server.Database.ScalarAsync<long>("SELECT count(*) FROM oauth_clients"));
    }

    private async Task<string> WriteAsync(string name, string text)
    {
        var file = Path.Combine(_folder.FullName, name);
        await File.WriteAllTextAsync(file, text, Ct);
        return file;
    }

    private Task<CommandRun> RunAsync(params string[] args) =>
        ImportedServer.On(_server.Database).RunAsync(["import", "keycloak-realm", .. args], Ct);

    // Both are texts of JSON in an export.
    private static string Credential(string algorithm, string hash, string salt, int rounds, string more = "")
    {
        var secret = $$"""{"value": "{{hash}}", "salt": "{{salt}}", "additionalParameters": {} }""";
        var how =
            $$"""{"hashIterations": {{rounds}}, "algorithm": "{{algorithm}}", "additionalParameters": { {{more}} } }""";
        return $$"""
            "credentials": [ {"type": "password", "secretData": {{JsonSerializer.Serialize(secret)}},
              "credentialData": {{JsonSerializer.Serialize(how)}} } ]
            """;
    }

    // As Keycloak makes them: 64 bytes of PBKDF2, and argon2id since version 25.
    private static string Users()
    {
        var salt = Encoding.ASCII.GetBytes("0123456789abcdef");
        var pbkdf2 = Convert.ToBase64String(
            Rfc2898DeriveBytes.Pbkdf2(Password, salt, 1000, HashAlgorithmName.SHA256, 64));
        const string figures =
            """ "hashLength": ["32"], "memory": ["64"], "type": ["id"], "version": ["1.3"], "parallelism": ["1"] """;
        const string argon2 = "iby8xmCmXjMg/oftIWwu2u/EWQQIXBZrnev/MPXjbGg=";
        var text = Convert.ToBase64String(salt);
        return $$"""
            {"realm": "shop", "users": [
              {"id": "11111111-0000-4000-8000-000000000001", "username": "bert", "email": "bert@example.com",
                "emailVerified": true, "enabled": true, "firstName": "Bert", "lastName": "B",
                {{Credential("pbkdf2-sha256", pbkdf2, text, 1000)}} },
              {"id": "22222222-0000-4000-8000-000000000002", "username": "carla@example.com", "enabled": true,
                {{Credential("argon2", argon2, text, 2, figures)}} },
              {"id": "33333333-0000-4000-8000-000000000003", "username": "finn", "email": "finn@example.com",
                "enabled": false, "credentials": [{"type": "otp"}]},
              {"id": "44444444-0000-4000-8000-000000000004", "username": "dave", "email": "dave@example.com",
                {{Credential("scrypt", argon2, text, 2)}} },
              {"id": "55555555-0000-4000-8000-000000000005", "username": "erin", "email": "erin@example.com",
                {{Credential("argon2", argon2, text, 2, figures.Replace("64", "999999", StringComparison.Ordinal))}} },
              {"id": "66666666-0000-4000-8000-000000000006", "username": "service-account-reports",
                "serviceAccountClientId": "reports"}
            ]}
            """;
    }

    private const string Realm = """
        {"realm": "shop", "roles": {"realm": [{"name": "buyer"}]}, "groups": [{"name": "staff"}],
          "identityProviders": [{"alias": "google"}],
         "clientScopes": [
           {"name": "orders", "attributes": {"consent.screen.text": "See your orders"}, "protocolMappers": [
             {"protocolMapper": "oidc-audience-mapper",
               "config": {"included.custom.audience": "https://api.example.com"}}]},
           {"name": "profile"}, {"name": "roles"}],
         "clients": [
           {"clientId": "account", "publicClient": true, "redirectUris": ["/realms/shop/account/*"]},
           {"clientId": "shop", "name": "The shop", "enabled": true, "publicClient": false,
             "secret": "the-secret-of-the-shop", "rootUrl": "https://shop.example.com",
            "redirectUris": ["/cb", "https://shop.example.com/*"], "webOrigins": ["+"], "standardFlowEnabled": true,
              "directAccessGrantsEnabled": true, "consentRequired": true,
            "fullScopeAllowed": true, "protocol": "openid-connect",
            "defaultClientScopes": ["profile", "roles", "orders"],
            "attributes": {"pkce.code.challenge.method": "S256", "post.logout.redirect.uris": "/out##+"}},
           {"clientId": "reports", "publicClient": false, "secret": "short", "standardFlowEnabled": false,
             "serviceAccountsEnabled": true, "consentRequired": true, "defaultClientScopes": ["orders"]},
           {"clientId": "ledger", "protocol": "saml", "consentRequired": true},
           {"clientId": "the-api", "bearerOnly": true}]}
        """;
}
