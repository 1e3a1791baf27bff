using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using OAuthServer.Endpoints.Admin.Site;
using OAuthServer.Endpoints.Token;
using OAuthServer.Keys;
using OAuthServer.Protocol;
using OAuthServer.Storage;
using OAuthServer.Testing;

namespace OAuthServer.BrowserTests;

/// <summary>
/// The operators' site: axe finds nothing, it holds on a phone and in German, and works by a browser.
/// </summary>
public sealed class OperatorSiteLookTests(Stage stage, OperatorSiteLookTests.Site site)
    : IClassFixture<OperatorSiteLookTests.Site>
{
    // A desk and a phone, each language and scheme.
    public static TheoryData<string, ColorScheme, int, int> Looks => new(new (string, ColorScheme, int, int)[]
    {
        ("de", ColorScheme.Dark, 390, 844),
        ("en", ColorScheme.Light, 1200, 850),
        ("de", ColorScheme.Light, 320, 640),
        ("de", ColorScheme.Dark, 1200, 850),
        ("en", ColorScheme.Light, 390, 844),
    });

    [LongGateTheory]
    [MemberData(nameof(Looks))]
    public async Task Every_page_is_accessible(string language, ColorScheme scheme, int width, int height)
    {
        await using var context = await stage.OpenAtAsync(site.Address);
        await context.AddCookiesAsync([
            new() { Name = site.Cookie.Name, Value = site.Cookie.Value, Url = site.Address.ToString() },
        ]);
        await context.SetExtraHTTPHeadersAsync(new Dictionary<string, string> { ["Accept-Language"] = language });
        var page = await context.NewPageAsync();
        await page.SetViewportSizeAsync(width, height);
        await page.EmulateMediaAsync(new() { ColorScheme = scheme });
        var client = $"/admin/clients/{Uri.EscapeDataString(TestData.Web)}";
        (string Name, string Path)[] pages =
        [
            ("home", "/admin"), ("clients", "/admin/clients"), ("client", $"{client}?done=enabled"),
            ("people", "/admin/people?email=example"),
            ("nobody", "/admin/people?email=nobody-at-all"), ("person", $"/admin/people/{site.Person}?done=unlocked"),
            ("operator", $"/admin/people/{site.Operator}"),
            ("events", "/admin/events?since=2020-01-01T00:00:00Z"), ("unreadable", "/admin/events?since=yesterday"),
            ("why", "/admin/why?id=0123456789abcdef"), ("keys", "/admin/keys"),
            ("missing", "/admin/people/00000000-0000-0000-0000-000000000000"), ("not-begun", "/admin/signed-in"),
            ("nowhere", "/admin/nowhere"),
        ];
        foreach (var (name, path) in pages)
        {
            await page.GotoAsync(path);
            Assert.Equal(language, await page.Locator("html").GetAttributeAsync("lang"));
            await AccessibilityTests.JudgeAsync(page, $"site-{name}-{language}");
        }

        // By the keyboard: from the reference to what is known of it, and to a secret that is shown once.
        await page.GotoAsync("/admin");
        await page.Locator("#id").FillAsync("0123456789abcdef");
        await page.Keyboard.PressAsync("Enter");
        await page.Locator("main .lead code").WaitForAsync();
        await page.GotoAsync(client);
        await page.Locator($"form[action$='rotate-secret'] button, .alert").First.FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await page.Locator("code.secret, .alert").First.WaitForAsync();
        await AccessibilityTests.JudgeAsync(page, $"site-secret-{language}");
    }

    /// <summary>A server with the site, and an operator who is signed in there.</summary>
    public sealed class Site : IAsyncLifetime
    {
        private const string Client = "operators-site";

        private TestServer _server = null!;

        public Uri Address { get; private set; } = null!;

        public (string Name, string Value) Cookie { get; private set; }

        public Guid Person { get; private set; }

        public Guid Operator { get; private set; }

        public async ValueTask InitializeAsync()
        {
            _server = await TestServer.StartAsync(new()
            {
                Settings = new Dictionary<string, string?>
                {
                    ["Management:Url"] = "http://127.0.0.1:0",
                    ["Management:SiteClient"] = Client,
                },
            });
            Address = new Uri(
                _server.Services.GetRequiredService<IServer>().Features
                    .Get<IServerAddressesFeature>()!.Addresses.Last());
            await _server.Database.ExecuteAsync(
                """
                INSERT INTO oauth_clients (client_id, name, application_type, redirect_uris, allowed_scopes,
                    grant_types, may_administer)
                VALUES ($1, 'Site', 'native', '{http://127.0.0.1/admin/signed-in}', string_to_array($2, ' '),
                    '{authorization_code}', true)
                """,
                Client, string.Join(' ', AdminScopes.All));
            Operator = await AddAsync("donaudampfschifffahrtsgesellschaftskapitaen@verwaltungsgesellschaft.example");
            Person = await _server.Database.ScalarAsync<Guid>(
                "SELECT id FROM accounts WHERE email = $1", TestData.Email);
            await _server.Database.ExecuteAsync("INSERT INTO operators (account_id) VALUES ($1)", Operator);
            using (var browser = new TestBrowser(_server)) await browser.SignInAsync();
            Cookie = Begin(_server.Services);
        }

        public ValueTask DisposeAsync() => _server.DisposeAsync();

        private Task<Guid> AddAsync(string email) =>
            _server.Database.ScalarAsync<Guid>("INSERT INTO accounts (email) VALUES ($1) RETURNING id", email);

        // As the way back from the sign-in does it, whose every step is judged elsewhere.
        private (string Name, string Value) Begin(IServiceProvider services)
        {
            var clock = services.GetRequiredService<TimeProvider>();
            var access = new GrantedAccess(Operator, Guid.NewGuid(), string.Join(' ', AdminScopes.All))
            {
                Audience = $"{TestServer.Issuer}/admin/api",
                AuthTime = clock.GetUtcNow(),
                Acr = Levels.TwoFactors,
            };
            var key = services.GetRequiredService<KeyRing>().Current!.Signing;
            var token = services.GetRequiredService<TokenIssuer>().Issue(key, Client, access).AccessToken;
            var http = new DefaultHttpContext { RequestServices = services };
            services.GetRequiredService<SiteCookies>().Begin(http, token);
            var cookie = http.Response.Headers.SetCookie.ToString().Split(';')[0].Split('=', 2);
            return (cookie[0], cookie[1]);
        }
    }
}
