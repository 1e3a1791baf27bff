using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using OAuthServer.Clients;
using OAuthServer.Protocol;
using OAuthServer.Settings;
using OAuthServer.Storage;

namespace OAuthServer.Hosting.Development;

/// <summary>
/// Demo clients and a demo person, for Development alone. Docs and scripts use these names, so they stay as they are.
/// </summary>
internal sealed class DemoSeed(
    IDbContextFactory<OAuthDbContext> contexts,
    Resources resources,
    ServerAddress address,
    IServiceScopeFactory scopes,
    IHostEnvironment environment,
    IOptions<ClientSecretOptions> secrets)
{
    public const string Email = "alice@example.com";
    public const string Password = "Demo-Passw0rd-2026";
    public const string Web = "demo-web";
    public const string WebSecret = "demo-web-secret";

    private const string Scopes = """
        {"read": "See your data", "write": "Add to your data and change it"}
        """;

    private static readonly Dictionary<string, object?> Profile = new()
    {
        ["name"] = "Alice Example",
        ["given_name"] = "Alice",
        ["family_name"] = "Example",
    };

    /// <summary>Adds what is missing.</summary>
    /// <exception cref="InvalidOperationException">Outside Development: everybody knows these secrets.</exception>
    public async Task AddAsync()
    {
        if (!environment.IsDevelopment()) throw new InvalidOperationException("Demo data is for Development alone.");
        await resources.AddDefaultAsync(address.Issuer, "Demo API", Scopes, CancellationToken.None);
        await AddClientsAsync();
        await AddPersonAsync();
    }

    private async Task AddClientsAsync()
    {
        await using var editing = await ClientEditing.BeginAsync(contexts, CancellationToken.None);
        var known = (await editing.ListAsync(CancellationToken.None)).Select(client => client.ClientId).ToList();
        ClientRow[] demo =
        [
            Client(Web, "Demo Web", "web", "http://localhost:5090/callback"),
            Client("demo-spa", "Demo Single-Page App", "browser", "http://localhost:5091/callback"),
            Client("demo-native", "Demo Native App", "native", "http://127.0.0.1/callback"),
        ];
        demo[0].PostLogoutRedirectUris = ["http://localhost:5090/signed-out"];
        demo[0].BackchannelLogoutUri = "http://localhost:5090/backchannel-logout";
        demo[1].PostLogoutRedirectUris = ["http://localhost:5091/"];
        var missing = demo.ExceptBy(known, client => client.ClientId).ToList();
        foreach (var client in missing)
        {
            if (client.ApplicationType == "web")
                client.ClientSecret = BCrypt.Net.BCrypt.HashPassword(WebSecret, secrets.Value.Cost);
            editing.Add(client);
        }

        if (missing.Count > 0) await editing.SaveAsync([], CancellationToken.None);
    }

    private static ClientRow Client(string id, string name, string type, string redirectUri) => new()
    {
        ClientId = id,
        Name = name,
        ApplicationType = type,
        RedirectUris = [redirectUri],
        AllowedScopes = [.. PersonScopes.All, "read", "write"],
        DefaultScopes = ["read"],
        GrantTypes = [GrantTypes.AuthorizationCode, GrantTypes.RefreshToken],
        RequirePkce = true,
    };

    private async Task AddPersonAsync()
    {
        await using var scope = scopes.CreateAsyncScope();
        var people = scope.ServiceProvider.GetRequiredService<UserManager<Account>>();
        if (await people.FindByEmailAsync(Email) is not null) return;
        var account = new Account { Id = Handle.NewId(), UserName = Email, Email = Email, EmailConfirmed = true };
        var created = await people.CreateAsync(account, Password);
        if (created.Succeeded)
        {
            await new ProfileEditing(contexts).TryWriteAsync(
                account.Id, Profile, AuditContext.Command, CancellationToken.None);
            return;
        }

        var codes = string.Join(' ', created.Errors.Select(error => error.Code));
        throw new InvalidOperationException($"The demo person was not made: {codes}");
    }
}
