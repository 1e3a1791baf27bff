using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Playwright;
using OAuthServer.BrowserTests;
using OAuthServer.Testing;

[assembly: AssemblyFixture(typeof(Stage))]

namespace OAuthServer.BrowserTests;

/// <summary>What all browser tests share: the server, an app that answers at its redirect URI, and a browser.</summary>
public sealed class Stage : IAsyncLifetime
{
    private const string Missing = "No Chromium here: install one, or set CHROMIUM to its path.";

    private readonly WebApplication _app;
    private IPlaywright? _playwright;
    private IBrowser? _browser;
    private int _made;

    public Stage() => _app = BuildApp(Posted);

    /// <summary>Every form that a browser posted to the app.</summary>
    public ConcurrentQueue<Dictionary<string, string>> Posted { get; } = new();

    /// <summary>The server under test.</summary>
    public TestServer Server { get; private set; } = null!;

    /// <summary>Where the app is, without a slash at the end.</summary>
    public string AppOrigin { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        if (Chromium.Path is null) return;
        await _app.StartAsync();
        AppOrigin = _app.Services.GetRequiredService<IServer>().Features
            .Get<IServerAddressesFeature>()!.Addresses.First();
        Server = await TestServer.StartAsync();
        _playwright = await Playwright.CreateAsync();
        _browser = await Chromium.LaunchAsync(_playwright);
    }

    /// <summary>A person's browser with nothing in it, or a failed test where there is no Chromium.</summary>
    public async Task<IBrowserContext> OpenAsync(BrowserNewContextOptions? options = null, TestServer? server = null)
    {
        Assert.True(Chromium.Path is not null, Missing);
        options ??= new();
        options.BaseURL = (server ?? Server).Address.ToString();
        // The browser stands behind the proxy that ends TLS.
        options.ExtraHTTPHeaders = new Dictionary<string, string> { ["X-Forwarded-Proto"] = "https" };
        return await OpenAsync(_browser!, options);
    }

    /// <summary>The same, where another server is: behind a proxy with a certificate of its own.</summary>
    public Task<IBrowserContext> OpenAtAsync(Uri address)
    {
        Assert.True(Chromium.Path is not null, Missing);
        return OpenAsync(_browser!, new() { BaseURL = address.ToString(), IgnoreHTTPSErrors = true });
    }

    /// <summary>Registers an app of this test's own.</summary>
    /// <param name="name">As people see it.</param>
    /// <param name="path">Of its redirect URI: <c>/on</c> redirects to another origin.</param>
    /// <param name="database">Where; the database of <see cref="Server"/> unless said otherwise.</param>
    public async Task<App> RegisterAsync(
        string name = "Demo App", TestDatabase? database = null, string path = "/cb")
    {
        var app = new App($"app-{Interlocked.Increment(ref _made)}", AppOrigin + path);
        await (database ?? Server.Database).ExecuteAsync("""
            INSERT INTO oauth_clients (client_id, client_secret, name, application_type, redirect_uris, allowed_scopes,
                default_scopes, require_pkce)
            VALUES ($1, $2, $3, 'web', ARRAY[$4], '{read,write}', '{read}', true)
            """, app.Id, TestData.SecretHash, name, app.RedirectUri);
        return app;
    }

    /// <summary>Makes an account of this test's own, with the password of all of them.</summary>
    public async Task<string> EnrolAsync()
    {
        var email = $"person-{Interlocked.Increment(ref _made)}@example.com";
        await Server.Database.ExecuteAsync("""
            INSERT INTO accounts (id, user_name, normalized_user_name, email, normalized_email, email_confirmed,
                password_hash, security_stamp)
            SELECT gen_random_uuid(), $1, upper($1), $1, upper($1), true, password_hash, 'STAMP'
            FROM accounts WHERE email = $2
            """, email, TestData.OtherEmail);
        return email;
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null) await _browser.DisposeAsync();
        _playwright?.Dispose();
        if (Server is not null) await Server.DisposeAsync();
        await _app.DisposeAsync();
    }

    private static async Task<IBrowserContext> OpenAsync(IBrowser browser, BrowserNewContextOptions options)
    {
        var context = await browser.NewContextAsync(options);
        context.SetDefaultTimeout(20_000);
        return context;
    }

    private static WebApplication BuildApp(ConcurrentQueue<Dictionary<string, string>> posted)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.Urls.Add("http://127.0.0.1:0");
        app.MapGet("/cb", () => Results.Text(
            "<!DOCTYPE html><html lang=en><title>The app</title><h1>Back at the app</h1></html>", "text/html"));
        app.MapPost("/cb", async (HttpRequest request) =>
        {
            var form = await request.ReadFormAsync();
            posted.Enqueue(form.ToDictionary(field => field.Key, field => field.Value.ToString()));
            return Results.Text(
                "<!DOCTYPE html><html lang=en><title>The app</title><h1>Posted to the app</h1></html>", "text/html");
        });
        app.MapGet("/on", (HttpRequest request) =>
            Results.Redirect($"http://localhost:{request.Host.Port}/cb{request.QueryString}"));
        return app;
    }
}

/// <summary>An app that asks for access.</summary>
/// <param name="Id">The client id.</param>
/// <param name="RedirectUri">Where it answers.</param>
public sealed record App(string Id, string RedirectUri)
{
    /// <summary>The address that the app sends the browser to, as path and query.</summary>
    public string Ask(string state = "s-1", string scope = "read") =>
        AuthorizationAsk.For(Id, RedirectUri).With("state", state).With("scope", scope).Path;
}
