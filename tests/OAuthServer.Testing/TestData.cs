using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace OAuthServer.Testing;

/// <summary>The clients and people that tests know by name.</summary>
public static class TestData
{
    public const string Email = "alice@example.com";
    public const string OtherEmail = "bob@example.com";
    public const string Password = "Demo-Passw0rd!";
    public const string Secret = "demo-web-secret";

    /// <summary>Confidential; <see cref="WebRedirectUri"/>; scopes read and write, read by default.</summary>
    public const string Web = "demo-web";

    public const string WebRedirectUri = "https://c.example/cb";

    /// <summary>Another confidential client with the same secret.</summary>
    public const string OtherWeb = "other-web";

    public const string OtherWebRedirectUri = "https://other.example/cb";

    /// <summary>Public, a browser app at <see cref="SpaRedirectUri"/>.</summary>
    public const string Spa = "demo-spa";

    public const string SpaRedirectUri = "https://spa.example/cb";

    /// <summary>Public, native: loopback redirect URIs, <c>http://localhost/cb</c> and <c>com.example.app:/cb</c>.</summary>
    public const string Native = "demo-native";

    public const string NativeRedirectUri = "http://127.0.0.1/cb";

    /// <summary>Confidential, with PKCE waived.</summary>
    public const string Legacy = "legacy-web";

    public const string LegacyRedirectUri = "https://legacy.example/cb";

    public static readonly Guid AliceId = new("a11ce000-0000-4000-8000-000000000001");
    public static readonly Guid BobId = new("b0b00000-0000-4000-8000-000000000002");

    /// <summary>bcrypt of <see cref="Secret"/>, at the lowest cost that the schema accepts.</summary>
    public static readonly string SecretHash = BCrypt.Net.BCrypt.HashPassword(Secret, 10);

    // With the iterations of the product, so that signing in does not hash anew.
    private static readonly string PasswordHash = new PasswordHasher<object>(Options.Create(new PasswordHasherOptions { IterationCount = 210_000 })).HashPassword(new object(), Password);

    private const string Clients = """
        INSERT INTO oauth_clients (client_id, client_secret, client_name, application_type, redirect_uris, scopes, default_scopes, require_pkce) VALUES
            ('demo-web', $1, 'Demo Web', 'web', '{https://c.example/cb}', '{read,write}', '{read}', true),
            ('other-web', $1, 'Other Web', 'web', '{https://other.example/cb,https://other.example/second}', '{read,write}', '{}', true),
            ('legacy-web', $1, 'Legacy Web', 'web', '{https://legacy.example/cb}', '{read,write}', '{read}', false),
            ('demo-spa', NULL, 'Demo Spa', 'browser', '{https://spa.example/cb}', '{read,write}', '{read}', true),
            ('demo-native', NULL, 'Demo Native', 'native', '{http://127.0.0.1/cb,"http://[::1]/cb",http://localhost/cb,com.example.app:/cb}', '{read,write}', '{read}', true)
        """;

    private const string People = """
        INSERT INTO accounts (id, user_name, normalized_user_name, email, normalized_email, email_confirmed, password_hash, security_stamp,
                              concurrency_stamp, phone_number_confirmed, two_factor_enabled, lockout_enabled, access_failed_count) VALUES
            ($1, 'alice@example.com', 'ALICE@EXAMPLE.COM', 'alice@example.com', 'ALICE@EXAMPLE.COM', true, $3, 'STAMP-ALICE', 'x', false, false, true, 0),
            ($2, 'bob@example.com', 'BOB@EXAMPLE.COM', 'bob@example.com', 'BOB@EXAMPLE.COM', true, $3, 'STAMP-BOB', 'x', false, false, true, 0)
        """;

    /// <summary>A migrated database with these clients and people.</summary>
    public static async Task<TestDatabase> CreateDatabaseAsync()
    {
        var database = await TestDatabase.CreateAsync();
        await SeedAsync(database);
        return database;
    }

    /// <summary>Adds these clients and people to an empty, migrated database.</summary>
    public static async Task SeedAsync(TestDatabase database)
    {
        await database.ExecuteAsync(Clients, SecretHash);
        await database.ExecuteAsync(People, AliceId, BobId, PasswordHash);
    }
}
