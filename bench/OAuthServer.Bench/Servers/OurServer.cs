using System.Diagnostics;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;
using OAuthServer.Bench.Database;
using OAuthServer.Bench.Machine;

namespace OAuthServer.Bench.Servers;

/// <summary>
/// The product, set up as its operator would: Production, keys in files, a trusted proxy in front that ends TLS, rate
/// limits on (with budgets that do not bite here), the database migrated by the command, the client registered by SQL.
/// </summary>
internal sealed class OurServer : IServerStarter
{
    private const string Email = "alice@example.com";
    private const string Password = "Bench-Passw0rd!";

    // What the load generator, in the place of the proxy, adds to each request.
    private const string ProxyHeaders = "X-Forwarded-Proto: https\r\nX-Forwarded-For: 203.0.113.7\r\n";

    private static readonly ServerRoutes Routes = new(
        "/health/ready", "/oauth/authorize", "/oauth/token", "/oauth/token", "/oauth/revoke", "/.well-known/oauth-authorization-server", "/.well-known/jwks.json");

    /// <inheritdoc />
    public string Name => "oauthserver";

    /// <inheritdoc />
    public async Task<MeasuredServer> StartAsync(TestBed bed, CancellationToken ct)
    {
        var program = Checkout.Program("src/OAuthServer");
        var database = await bed.Cluster.CreateDatabaseAsync("bench_oauthserver", ct);
        var address = Readiness.FreeAddress();
        var settings = Settings(bed, database, $"http://{address}");
        await using (var migrate = ChildProcess.Start("dotnet", [program, "migrate"], settings, bed.LogOf("migrate"), Path.GetDirectoryName(program)!))
            await migrate.FinishAsync(ct);
        await SeedAsync(database, ct);

        var started = Stopwatch.GetTimestamp();
        var process = ChildProcess.Start("dotnet", [program], settings, bed.LogOf(Name), Path.GetDirectoryName(program)!);
        try
        {
            var ready = await Readiness.WaitAsync(process, address, Routes.Ready, ProxyHeaders, started, ct);
            var cookies = await new BrowserSignIn(address, ProxyHeaders).SignInAndConsentAsync(Email, Password, AuthorizationRequest.New(), ct);
            return new MeasuredServer(Name, process, address, Routes, database) { TimeToReady = ready, Headers = ProxyHeaders, BrowserHeaders = $"Cookie: {cookies}\r\n" };
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }

    private static Dictionary<string, string> Settings(TestBed bed, BenchDatabase database, string url)
    {
        var settings = new Dictionary<string, string>
        {
            ["ASPNETCORE_URLS"] = url,
            ["ASPNETCORE_ENVIRONMENT"] = "Production",
            ["ConnectionStrings__OAuthServer"] = database.ConnectionString,
            ["OAuth__Issuer"] = "https://as.example",
            ["SigningKeys__Source"] = "File",
            ["SigningKeys__Directory"] = Path.GetDirectoryName(bed.KeyPath)!,
            ["ForwardedHeaders__KnownProxies__0"] = "127.0.0.1",
        };
        foreach (var budget in (string[])["Authorize", "Token", "Revoke", "SignIn"])
        {
            settings[$"RateLimiting__{budget}__PermitLimit"] = "1000000";
            settings[$"RateLimiting__{budget}__Window"] = "00:01:00";
        }

        return settings;
    }

    private static async Task SeedAsync(BenchDatabase database, CancellationToken ct)
    {
        await database.ExecuteAsync(
            """
            INSERT INTO oauth_clients (client_id, client_secret, client_name, redirect_uris, scopes, default_scopes)
            VALUES ($1, $2, 'Bench', ARRAY[$3], ARRAY[$4], ARRAY[$4])
            """,
            ct, BenchClient.Id, BCrypt.Net.BCrypt.HashPassword(BenchClient.Secret, 12), BenchClient.RedirectUri, BenchClient.Scope);
        var password = new PasswordHasher<object>(Options.Create(new PasswordHasherOptions { IterationCount = 210_000 })).HashPassword(new object(), Password);
        await database.ExecuteAsync(
            """
            INSERT INTO accounts (id, user_name, normalized_user_name, email, normalized_email, email_confirmed, password_hash, security_stamp,
                                  concurrency_stamp, phone_number_confirmed, two_factor_enabled, lockout_enabled, access_failed_count)
            VALUES (gen_random_uuid(), $1, upper($1), $1, upper($1), true, $2, 'stamp', 'stamp', false, false, true, 0)
            """,
            ct, Email, password);
    }
}
