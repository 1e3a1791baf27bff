using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Identity.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OAuthServer.Bench.OpenIddictHost;
using OAuthServer.Testing;
using OpenIddict.Abstractions;
using OpenIddict.Server;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace OAuthServer.OperatorTests.Operators.Import;

/// <summary>
/// A real OpenIddict server on a database of its own, with clients, scopes, people of ASP.NET Core Identity, and
/// refresh tokens that it handed out.
/// </summary>
public sealed class OpenIddictSource : IAsyncLifetime
{
    public const string Password = "a quiet harbour 7";
    public const string Verifier = "0123456789012345678901234567890123456789abc";

    /// <summary>The person that the peer's pages sign in.</summary>
    public const string PersonId = "018f6d2a-3c55-7c41-9f0e-2d1f6a1b9c77";

    private WebApplication _app = null!;

    public TestDatabase Database { get; private set; } = null!;

    /// <summary>Whether refresh tokens are reference tokens.</summary>
    public bool HandsOutReferences
    {
        get => Options.UseReferenceRefreshTokens;
        set => Options.UseReferenceRefreshTokens = value;
    }

    private OpenIddictServerOptions Options =>
        _app.Services.GetRequiredService<IOptionsMonitor<OpenIddictServerOptions>>().CurrentValue;

    public async ValueTask InitializeAsync()
    {
        Database = await TestDatabase.CreateEmptyAsync();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.SetMinimumLevel(LogLevel.Error);
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        using var key = RSA.Create(2048);
        builder.Services.AddOpenIddictServer(Database.ConnectionString, key.ExportRSAPrivateKeyPem());
        builder.Services.Configure<OpenIddictServerOptions>(options => options.UseReferenceRefreshTokens = true);
        _app = builder.Build();
        await Seed.PlantAsync(_app.Services);
        _app.UseRouting();
        _app.UseAuthentication();
        _app.UseAuthorization();
        _app.MapGet("/connect/authorize", AuthorizationEndpoints.Authorize);
        _app.MapPost("/connect/token", (Delegate)AuthorizationEndpoints.ExchangeAsync);
        await _app.StartAsync();
        await AddPeopleAsync();
        await AddScopesAsync();
    }

    // As its own manager does.
    private async Task AddClientAsync(OpenIddictApplicationDescriptor client)
    {
        await using var scope = _app.Services.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<IOpenIddictApplicationManager>().CreateAsync(client);
    }

    /// <summary>A refresh token of the peer's own client, by a code.</summary>
    public async Task<string> RefreshTokenAsync()
    {
        using var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false })
        {
            BaseAddress = Address(),
        };
        var challenge = System.Buffers.Text.Base64Url.EncodeToString(
            SHA256.HashData(System.Text.Encoding.ASCII.GetBytes(Verifier)));
        using var code = await http.GetAsync(new Uri(
            $"/connect/authorize?response_type=code&client_id=bench&redirect_uri=https%3A%2F%2Fclient.example%2Fcb"
                + $"&scope=read&code_challenge={challenge}&code_challenge_method=S256",
            UriKind.Relative));
        var query = System.Web.HttpUtility.ParseQueryString(code.Headers.Location!.Query);
        using var form = new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["grant_type"] = "authorization_code",
            ["code"] = query["code"]!,
            ["code_verifier"] = Verifier,
            ["redirect_uri"] = "https://client.example/cb",
            ["client_id"] = "bench",
            ["client_secret"] = "bench-secret-bench-secret-bench-01",
        });
        using var tokens = await http.PostAsync(new Uri("/connect/token", UriKind.Relative), form);
        using var body = JsonDocument.Parse(await tokens.Content.ReadAsStringAsync());
        return body.RootElement.GetProperty("refresh_token").GetString()!;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        await Database.DisposeAsync();
    }

    private Uri Address() =>
        new(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());

    private async Task AddPeopleAsync()
    {
        var options = new DbContextOptionsBuilder<IdentityDbContext>().UseNpgsql(Database.ConnectionString).Options;
        await using var people = new IdentityDbContext(options);
        await people.GetService<IRelationalDatabaseCreator>().CreateTablesAsync();
        people.Users.Add(Person(PersonId, "grace@example.com"));
        people.Users.Add(Person("not-a-uuid", "edsger@example.com"));
        people.Users.Add(Person(Guid.NewGuid().ToString(), null));
        people.Roles.Add(new IdentityRole("admin"));
        people.UserClaims.Add(new IdentityUserClaim<string>
        {
            UserId = PersonId,
            ClaimType = "given_name",
            ClaimValue = "Grace",
        });
        people.UserClaims.Add(new IdentityUserClaim<string>
        {
            UserId = PersonId,
            ClaimType = "shoe_size",
            ClaimValue = "39",
        });
        await people.SaveChangesAsync();
    }

    private static IdentityUser Person(string id, string? email)
    {
        var user = new IdentityUser
        {
            Id = id,
            UserName = email ?? "nameless",
            NormalizedUserName = (email ?? "nameless").ToUpperInvariant(),
            Email = email,
            NormalizedEmail = email?.ToUpperInvariant(),
            EmailConfirmed = true,
        };
        user.PasswordHash = new PasswordHasher<IdentityUser>().HashPassword(user, Password);
        return user;
    }

    private async Task AddScopesAsync()
    {
        await using var scope = _app.Services.CreateAsyncScope();
        var scopes = scope.ServiceProvider.GetRequiredService<IOpenIddictScopeManager>();
        await scopes.CreateAsync(new OpenIddictScopeDescriptor
        {
            Name = "read",
            DisplayName = "Read your notes",
            Resources = { "https://api.example" },
        });
        await scopes.CreateAsync(new OpenIddictScopeDescriptor { Name = "roles" });
        await AddClientAsync(new OpenIddictApplicationDescriptor
        {
            ClientId = "spa",
            ClientType = ClientTypes.Public,
            DisplayName = "A page",
            RedirectUris = { new Uri("https://spa.example/cb"), new Uri("http://spa.example/cb") },
            Permissions =
            {
                Permissions.GrantTypes.AuthorizationCode,
                Permissions.GrantTypes.Implicit,
                Permissions.ResponseTypes.Code,
                Permissions.Scopes.Profile,
                "scp:read",
                "scp:roles",
            },
            Requirements = { Requirements.Features.ProofKeyForCodeExchange },
        });
        await AddClientAsync(new OpenIddictApplicationDescriptor
        {
            ClientId = "old-desktop",
            ClientType = ClientTypes.Public,
            Permissions = { Permissions.GrantTypes.Password },
        });
        await AddClientAsync(new OpenIddictApplicationDescriptor
        {
            ClientId = "3f0c8a52-3c55-7c41-9f0e-2d1f6a1b9c77",
            ClientSecret = "a secret of a machine",
            Permissions = { Permissions.GrantTypes.ClientCredentials, "scp:read" },
        });
    }
}
