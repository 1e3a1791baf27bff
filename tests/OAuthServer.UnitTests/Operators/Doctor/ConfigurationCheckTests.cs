using Microsoft.Extensions.Options;
using OAuthServer.Hosting;
using OAuthServer.Operators.Doctor;
using OAuthServer.RateLimits;

namespace OAuthServer.UnitTests.Operators.Doctor;

/// <summary>The checks that look at the configuration alone.</summary>
public sealed class ConfigurationCheckTests
{
    [Theory]
    [InlineData("https://login.example.com", "Production", "")]
    [InlineData("https://login.example.com:8443", "Production", "")]
    [InlineData("https://login.example.com/tenant", "Production", "Note issuer_has_path")]
    [InlineData("https://Login.Example.com", "Production", "Warning issuer_not_canonical")]
    [InlineData("https://login.example.com:443", "Production", "Warning issuer_not_canonical")]
    [InlineData("https://localhost", "Production", "Warning issuer_loopback")]
    [InlineData("https://localhost", "Development", "")]
    [InlineData("http://localhost:5080", "Development", "Note issuer_plain_http")]
    public async Task An_issuer_is_judged_as_clients_see_it(string issuer, string environment, string expected)
    {
        var saw = await Look.AtAsync(new IssuerCheck(Look.Address(issuer), Look.Environment(environment)));

        Assert.Equal(expected, string.Join(", ", saw.Codes()));
        Assert.Equal(issuer, saw.Of("issuer"));
    }

    [Fact]
    public async Task The_place_of_the_metadata_is_said_for_an_issuer_with_a_path()
    {
        var saw = await Look.AtAsync(new IssuerCheck(Look.Address("https://login.example.com/tenant"), Look.Environment()));

        Assert.Equal("https://login.example.com/.well-known/oauth-authorization-server/tenant", saw.Of("metadata"));
    }

    [Theory]
    [InlineData("https://login.example.com", "http://*:8080", "", "", "Production", "Error proxy_missing")]
    [InlineData("https://login.example.com", "http://127.0.0.1:8080", "", "", "Production", "Error proxy_missing")]
    [InlineData("https://login.example.com", "https://*:8443", "", "", "Production", "Warning proxy_missing_tls")]
    [InlineData("https://login.example.com", "https://localhost:8443", "", "", "Production", "")]
    [InlineData("https://login.example.com", "http://*:8080", "10.0.0.7", "", "Production", "")]
    [InlineData("https://login.example.com", "http://*:8080", "", "10.1.0.0/16", "Production", "")]
    [InlineData("https://login.example.com", "http://*:8080", "", "10.0.0.0/8", "Production", "Warning proxy_network_wide")]
    [InlineData("https://login.example.com", "http://*:8080", "", "fd00::/16", "Production", "Warning proxy_network_wide")]
    [InlineData("https://login.example.com", "http://*:8080", "", "fd12:3456:789a::/48", "Production", "")]
    [InlineData("http://localhost:5080", "http://localhost:5080", "", "", "Development", "")]
    [InlineData("http://localhost:5080", "http://0.0.0.0:5080", "", "", "Development", "Error development_exposed")]
    public async Task Proxies_are_judged_by_what_the_server_listens_on(string issuer, string urls, string proxy, string network, string environment, string expected)
    {
        var trusted = new TrustedProxyOptions { KnownProxies = proxy.Length == 0 ? [] : [proxy], KnownNetworks = network.Length == 0 ? [] : [network] };

        var saw = await Look.AtAsync(new ProxyCheck(Look.Address(issuer), Look.Listen(("urls", urls)), Options.Create(trusted), Look.Environment(environment)));

        Assert.Equal(expected, string.Join(", ", saw.Codes()));
        Assert.Equal(urls, saw.Of("listens on"));
        Assert.Equal(proxy + network is { Length: > 0 } some ? some : "none", saw.Of("proxies trusted"));
    }

    [Theory]
    [InlineData("http://localhost:5000", false, false)]
    [InlineData("http://*:8080", true, false, "http_ports", "8080")]
    [InlineData("http://*:80 https://*:443", true, true, "http_ports", "80", "https_ports", "443")]
    [InlineData("http://[::1]:80", false, false, "urls", "http://[::1]:80", "http_ports", "8080")]
    [InlineData("http://a:1 https://b:2", true, true, "urls", "http://a:1;https://b:2")]
    [InlineData("https://0.0.0.0:1", true, true, "Kestrel:Endpoints:Main:Url", "https://0.0.0.0:1", "urls", "http://localhost:9")]
    [InlineData("http://unix:/run/oauth.sock", false, false, "urls", "http://unix:/run/oauth.sock")]
    public void Addresses_are_read_in_the_order_of_Kestrel(string expected, bool exposed, bool https, params string[] settings)
    {
        var listen = Look.Listen([.. settings.Chunk(2).Select(pair => (pair[0], pair[1]))]);

        Assert.Equal(expected.Split(' '), listen.All);
        Assert.Equal((exposed, https), (listen.AreExposed, listen.HasHttps));
    }

    [Fact]
    public async Task Budgets_as_they_come_are_well() =>
        Assert.Empty((await Look.AtAsync(new BudgetCheck(Options.Create(new RateLimitOptions())))).Findings);

    [Fact]
    public async Task Budgets_that_stop_nobody_or_everybody_are_found()
    {
        var saw = await Look.AtAsync(new BudgetCheck(Options.Create(new RateLimitOptions
        {
            Authorize = new() { PermitLimit = 5 },
            SignIn = new() { PermitLimit = 1_000_000 },
            Token = new() { Count = BudgetCount.All },
            Passwords = new GuessLimit { PermitLimit = 100_000 },
        })));

        Assert.Equal(["Warning budget_too_tight", "Note budget_counts_all", "Warning budget_too_wide", "Warning budget_too_wide"], saw.Codes());
        Assert.Contains("RateLimiting:Passwords", saw.Findings[^1].What, StringComparison.Ordinal);
    }
}
