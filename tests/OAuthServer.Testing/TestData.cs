namespace OAuthServer.Testing;

/// <summary>The clients and people that tests know by name, as <c>seed.sql</c> has them.</summary>
public static class TestData
{
    public const string OtherEmail = "bob@example.com";

    public static string Email => Deployment.UnderTest?.User ?? "alice@example.com";

    public static string Password => Deployment.UnderTest?.Password ?? "Demo-Passw0rd-2026";

    public static string Secret => Deployment.UnderTest?.Secret ?? "demo-web-secret";

    /// <summary>Confidential; <see cref="WebRedirectUri"/>; scopes read and write, read by default.</summary>
    public const string Web = "demo-web";

    public const string WebRedirectUri = "https://c.example/cb";

    /// <summary>Another confidential client with the same secret.</summary>
    public const string OtherWeb = "other-web";

    public const string OtherWebRedirectUri = "https://other.example/cb";

    /// <summary>Public, a browser app at <see cref="SpaRedirectUri"/>.</summary>
    public const string Spa = "demo-spa";

    public const string SpaRedirectUri = "https://spa.example/cb";

    /// <summary>
    /// Public, native: loopback redirect URIs, <c>http://localhost/cb</c> and <c>com.example.app:/cb</c>.
    /// </summary>
    public const string Native = "demo-native";

    public const string NativeRedirectUri = "http://127.0.0.1/cb";

    /// <summary>Confidential, with PKCE waived.</summary>
    public const string Legacy = "legacy-web";

    public const string LegacyRedirectUri = "https://legacy.example/cb";

    public static readonly Guid AliceId = new("a11ce000-0000-4000-8000-000000000001");
    public static readonly Guid BobId = new("b0b00000-0000-4000-8000-000000000002");

    private static readonly TestDatabaseTemplate AtFullCost = new(SeedAsync);

    private static readonly TestDatabaseTemplate AtLowCost = new(async database =>
    {
        await SeedAsync(database);
        await HashCost.LowerAsync(database);
    });

    /// <summary>
    /// bcrypt of <see cref="Secret"/>, for clients that a test adds to a database of <see cref="CreateDatabaseAsync"/>.
    /// </summary>
    public static string SecretHash => HashCost.Secret;

    /// <summary>The same at the lowest cost that a real schema accepts.</summary>
    public static readonly string FullSecretHash = BCrypt.Net.BCrypt.HashPassword(Secret, 10);

    /// <summary>
    /// A migrated database with these clients and people, whose secrets and passwords cost little to check
    /// (<see cref="HashCost"/>), or as much as they cost a real server.
    /// </summary>
    public static Task<TestDatabase> CreateDatabaseAsync(bool fullHashCost = false) =>
        (fullHashCost ? AtFullCost : AtLowCost).CopyAsync();

    /// <summary>Adds these clients and people to an empty, migrated database.</summary>
    public static async Task SeedAsync(TestDatabase database)
    {
        using var seed = new StreamReader(typeof(TestData).Assembly.GetManifestResourceStream("seed.sql")!);
        await database.ExecuteAsync(await seed.ReadToEndAsync());
    }
}
