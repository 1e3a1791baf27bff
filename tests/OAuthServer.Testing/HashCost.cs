using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using OAuthServer.Clients;

namespace OAuthServer.Testing;

/// <summary>
/// Passwords and client secrets that cost a hundredth of what they cost a real server: most tests that sign somebody in
/// or authenticate a client are about what comes after it. Where the cost itself matters a test says so
/// (<see cref="TestServerOptions.FullHashCost"/>).
/// </summary>
internal static class HashCost
{
    private const int Iterations = 2_000;

    // The least that bcrypt knows; the schema takes 10 to 14, and of these hashes one alone (LowerAsync).
    private const int Cost = 4;

    /// <summary>A hash of <see cref="TestData.Password"/>.</summary>
    public static readonly string Password =
        new PasswordHasher<object>(Options.Create(new PasswordHasherOptions { IterationCount = Iterations }))
            .HashPassword(new object(), TestData.Password);

    /// <summary>A hash of <see cref="TestData.Secret"/>.</summary>
    public static readonly string Secret = BCrypt.Net.BCrypt.HashPassword(TestData.Secret, Cost);

    /// <summary>
    /// Makes a server check at this cost. The secrets that it makes itself cost what the schema takes.
    /// </summary>
    public static void Lower(IServiceCollection services) => services
        .PostConfigure<PasswordHasherOptions>(options => options.IterationCount = Iterations)
        .AddSingleton(provider => ActivatorUtilities.CreateInstance<ClientSecretVerifier>(
            provider, Options.Create(new ClientSecretOptions { Cost = Cost })));

    /// <summary>
    /// Gives the people and clients of the seed these hashes, and lets the schema take the one of a client.
    /// </summary>
    public static async Task LowerAsync(TestDatabase database)
    {
        var dear = await database.ScalarAsync<string>(
            "SELECT client_secret FROM oauth_clients WHERE client_id = $1", TestData.Web);
        foreach (var column in (string[])["client_secret", "next_client_secret"])
        {
            var name = $"{column}_is_bcrypt_of_cost_10_to_14";
            await database.ExecuteAsync(
                $"""
                DO $body$
                DECLARE rule text := (SELECT pg_get_expr(conbin, conrelid) FROM pg_constraint WHERE conname = '{name}');
                BEGIN
                    ALTER TABLE oauth_clients DROP CONSTRAINT {name};
                    EXECUTE format('ALTER TABLE oauth_clients ADD CONSTRAINT {name} CHECK (%s OR {column} = %L)', rule,
                        '{Secret}');
                END
                $body$
                """);
            await database.ExecuteAsync($"UPDATE oauth_clients SET {column} = $1 WHERE {column} = $2", Secret, dear);
        }

        await database.ExecuteAsync("UPDATE accounts SET password_hash = $1", Password);
    }
}
