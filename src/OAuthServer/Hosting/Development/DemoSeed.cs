using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;
using Npgsql;
using OAuthServer.Clients;
using OAuthServer.Protocol;
using OAuthServer.Storage;

namespace OAuthServer.Hosting.Development;

/// <summary>Demo clients and a demo person, for Development alone. Docs and scripts use these names, so they stay as they are.</summary>
internal sealed class DemoSeed(NpgsqlDataSource database, IServiceScopeFactory scopes, IHostEnvironment environment, IOptions<ClientSecretOptions> secrets)
{
    public const string Email = "alice@example.com";
    public const string Password = "Demo-Passw0rd!";
    public const string WebSecret = "demo-web-secret";

    private const string InsertClients = """
        INSERT INTO oauth_clients (client_id, client_secret, client_name, application_type, redirect_uris, scopes, default_scopes) VALUES
            ('demo-web', $1, 'Demo Web', 'web', '{http://localhost:5090/callback}', '{read,write}', '{read}'),
            ('demo-spa', NULL, 'Demo Single-Page App', 'browser', '{http://localhost:5091/callback}', '{read,write}', '{read}'),
            ('demo-native', NULL, 'Demo Native App', 'native', '{http://127.0.0.1/callback}', '{read,write}', '{read}')
        ON CONFLICT (client_id) DO NOTHING
        """;

    /// <summary>Adds what is missing.</summary>
    /// <exception cref="InvalidOperationException">Outside Development: everybody knows these secrets.</exception>
    public async Task PlantAsync()
    {
        if (!environment.IsDevelopment()) throw new InvalidOperationException("Demo data is for Development alone.");
        await using (var count = database.CreateCommand("SELECT count(*) FROM oauth_clients WHERE client_id IN ('demo-web', 'demo-spa', 'demo-native')"))
        {
            if ((long)(await count.ExecuteScalarAsync())! < 3) await PlantClientsAsync();
        }

        await PlantPersonAsync();
    }

    private async Task PlantClientsAsync()
    {
        await using var insert = database.CreateCommand(InsertClients);
        insert.Parameters.AddText(BCrypt.Net.BCrypt.HashPassword(WebSecret, secrets.Value.Cost));
        await insert.ExecuteNonQueryAsync();
    }

    private async Task PlantPersonAsync()
    {
        await using var scope = scopes.CreateAsyncScope();
        var people = scope.ServiceProvider.GetRequiredService<UserManager<Account>>();
        if (await people.FindByEmailAsync(Email) is not null) return;
        var created = await people.CreateAsync(new Account { Id = Handle.NewId(), UserName = Email, Email = Email, EmailConfirmed = true }, Password);
        if (!created.Succeeded) throw new InvalidOperationException($"The demo person was not made: {string.Join(' ', created.Errors.Select(error => error.Code))}");
    }
}
