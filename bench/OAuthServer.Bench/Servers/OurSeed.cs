using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;
using OAuthServer.Bench.Database;
using OAuthServer.Clients;

namespace OAuthServer.Bench.Servers;

/// <summary>
/// One client and one person in our server's database, with hashes of the cost that the product makes.
/// </summary>
internal static class OurSeed
{
    public const string Email = "alice@example.com";
    public const string Password = "Bench-Passw0rd!";

    private const int PasswordIterations = 210_000;

    private const string InsertClient = """
        INSERT INTO oauth_clients (client_id, client_secret, name, redirect_uris, allowed_scopes, default_scopes,
            grant_types)
        VALUES ($1, $2, 'Bench', ARRAY[$3], ARRAY[$4, 'openid'], ARRAY[$4],
            '{authorization_code,refresh_token,client_credentials}')
        """;

    private const string InsertKeyed = """
        INSERT INTO oauth_clients (client_id, name, redirect_uris, allowed_scopes, default_scopes, grant_types, jwks)
        VALUES ($1, 'Bench with a key', '{}', ARRAY[$2], ARRAY[$2], '{client_credentials}', $3::text::jsonb)
        """;

    private const string InsertPerson = """
        INSERT INTO accounts (user_name, normalized_user_name, email, normalized_email, email_confirmed, password_hash)
        VALUES ($1, upper($1), $1, upper($1), true, $2)
        """;

    private const string InsertApi = """
        INSERT INTO oauth_resources (resource, name, scopes, is_default)
        VALUES ($1, 'Bench', jsonb_build_object($2::text, 'See it'), true)
        """;

    public static async Task PlantAsync(BenchDatabase database, CancellationToken ct)
    {
        await database.ExecuteAsync(InsertApi, ct, OurServer.IssuerIdentifier, BenchClient.Scope);
        var secret = BCrypt.Net.BCrypt.HashPassword(BenchClient.Secret, new ClientSecretOptions().Cost);
        await database.ExecuteAsync(
            InsertClient, ct, BenchClient.Id, secret, BenchClient.RedirectUri, BenchClient.Scope);
        await database.ExecuteAsync(InsertKeyed, ct, BenchKey.ClientId, BenchClient.Scope, BenchKey.Jwks);
        var hasher = new PasswordHasher<object>(
            Options.Create(new PasswordHasherOptions { IterationCount = PasswordIterations }));
        await database.ExecuteAsync(InsertPerson, ct, Email, hasher.HashPassword(new object(), Password));
    }
}
