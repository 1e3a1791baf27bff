using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using OAuthServer.Accounts.Passwords;
using OAuthServer.ServerTests.Clients.Assertions;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Accounts;

/// <summary>The look-up of breached passwords: what the service learns, and what happens without it.</summary>
public sealed class BreachListTests : IAsyncLifetime
{
    private const string Stolen = "violet anchor 7 rides";

    private KeyHost _host = null!;
    private RecordedLog<BreachList> _log = null!;
    private TestServer _server = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _host = await KeyHost.StartAsync();
        _log = new RecordedLog<BreachList>();
        _server = await StartAsync("localhost");
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        await _host.DisposeAsync();
    }

    [Fact]
    public async Task A_stolen_password_is_refused_and_five_digits_of_its_hash_are_all_that_leaves()
    {
        string? padding = null;
        _host.Answer($"/range/{Prefix(Stolen)}", http =>
        {
            padding = http.Request.Headers["Add-Padding"];
            return http.Response.WriteAsync($"{new string('0', 35)}:7\r\n{Rest(Stolen)}:3\r\n", http.RequestAborted);
        });
        using var browser = new TestBrowser(_server);
        await browser.SignInAsync(TestData.OtherEmail);
        using var refused = await ChangeAsync(browser, Stolen);
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.Contains(
            "in a list of stolen passwords", await refused.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
        Assert.Equal("true", padding);
        Assert.Equal(1, _host.Requests($"/range/{Prefix(Stolen)}"));
    }

    [Theory]
    [InlineData("{0}:0\r\n")]
    [InlineData("{0}\r\n")]
    [InlineData("")]
    [InlineData("\0\r\n:::\n")]
    public async Task Padding_and_what_is_no_range_refuse_nothing(string answer)
    {
        _host.Publish($"/range/{Prefix(Stolen)}", string.Format(CultureInfo.InvariantCulture, answer, Rest(Stolen)));
        Assert.False(await List.ContainsAsync(Stolen));
        Assert.Equal(1, _host.Requests($"/range/{Prefix(Stolen)}"));
    }

    [Fact]
    public async Task A_service_that_is_down_stops_nobody_is_logged_and_left_alone_for_a_while()
    {
        _host.Break($"/range/{Prefix(Stolen)}");
        using var browser = new TestBrowser(_server);
        await browser.SignInAsync(TestData.OtherEmail);
        using var changed = await ChangeAsync(browser, Stolen);
        Assert.Equal(HttpStatusCode.SeeOther, changed.StatusCode);
        // Judged again inside the change: neither asked nor waited for twice.
        Assert.Equal(1, _host.Requests($"/range/{Prefix(Stolen)}"));
        Assert.StartsWith(
            "The list of breached passwords was not asked: ", Assert.Single(_log.Texts), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_service_that_hangs_or_says_too_much_stops_nobody()
    {
        _host.Answer($"/range/{Prefix(Stolen)}", http => Task.Delay(Timeout.Infinite, http.RequestAborted));
        await using var hurried = await StartAsync("localhost", patience: "00:00:00.5");
        Assert.False(await hurried.Services.GetRequiredService<BreachList>().ContainsAsync(Stolen));
        await using var other = await StartAsync("localhost");
        _host.Publish($"/range/{Prefix(Stolen)}", new string('x', BreachList.LargestAnswer) + $"\r\n{Rest(Stolen)}:3");
        Assert.False(await other.Services.GetRequiredService<BreachList>().ContainsAsync(Stolen));
        Assert.Equal(2, _log.Lines.Count);
    }

    [Fact]
    public async Task A_private_address_that_nobody_allowed_is_not_connected_to()
    {
        await using var server = await StartAsync("elsewhere.example");
        var before = _host.Connections;
        Assert.False(await server.Services.GetRequiredService<BreachList>().ContainsAsync(Stolen));
        Assert.Equal(before, _host.Connections);
        Assert.Contains("private or reserved", Assert.Single(_log.Texts), StringComparison.Ordinal);
    }

    private BreachList List => _server.Services.GetRequiredService<BreachList>();

    private static string Hash(string password)
    {
#pragma warning disable CA5350 // The service's own hash.
        return Convert.ToHexString(SHA1.HashData(Encoding.UTF8.GetBytes(password)));
#pragma warning restore CA5350
    }

    private static string Prefix(string password) => Hash(password)[..5];

    private static string Rest(string password) => Hash(password)[5..];

    private static async Task<HttpResponseMessage> ChangeAsync(TestBrowser browser, string chosen)
    {
        var form = await TestBrowser.FormAsync(await browser.GetAsync("/account/password"), "/account/password");
        (form.Fields["current"], form.Fields["new"], form.Fields["repeat"]) = (TestData.Password, chosen, chosen);
        return await browser.PostAsync(form.Action, form.Fields);
    }

    // The longest that may be set: a machine that is busy is no service that hangs.
    private Task<TestServer> StartAsync(string allowedHost, string patience = "00:00:10") => TestServer.StartAsync(new()
    {
        Settings = new Dictionary<string, string?>
        {
            ["Passwords:BreachList"] = _host.Https("/range/"),
            ["Passwords:BreachTimeout"] = patience,
            ["Passwords:AllowedHosts:0"] = allowedHost,
        },
        Services = services =>
        {
            _host.TrustedBy(services, BreachList.HttpClientName);
            services.AddSingleton<Microsoft.Extensions.Logging.ILogger<BreachList>>(_log);
        },
    });
}
