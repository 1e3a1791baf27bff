using Microsoft.Extensions.Options;
using OAuthServer.Hosting;
using OAuthServer.Operators.Doctor;

namespace OAuthServer.UnitTests.Operators.Doctor;

public sealed class ProxyCheckTests
{
    private const string Https = "https://login.example.com";
    private const string Http = "http://localhost:5080";

    [Theory]
    [InlineData(Https, "http://*:8080", "", "", "Error proxy_missing")]
    [InlineData(Https, "http://127.0.0.1:8080", "", "", "Error proxy_missing")]
    [InlineData(Https, "https://*:8443", "", "", "Warning proxy_missing_tls")]
    [InlineData(Https, "https://localhost:8443", "", "", "")]
    [InlineData(Https, "http://*:8080", "10.0.0.7", "", "")]
    [InlineData(Https, "http://*:8080", "", "10.1.0.0/16", "")]
    [InlineData(Https, "http://*:8080", "", "10.0.0.0/15", "Warning proxy_network_wide")]
    [InlineData(Https, "http://*:8080", "", "fd12:3456:789a::/48", "")]
    [InlineData(Https, "http://*:8080", "", "fd12:3456:789a::/47", "Warning proxy_network_wide")]
    [InlineData(Http, Http, "", "", "")]
    public async Task Proxies_are_judged_by_what_the_server_listens_on(
        string issuer, string urls, string proxy, string network, string expected)
    {
        var result = await RunAsync(issuer, urls, new TrustedProxyOptions
        {
            KnownProxies = proxy.Length == 0 ? [] : [proxy],
            KnownNetworks = network.Length == 0 ? [] : [network],
        });

        Assert.Equal(expected, string.Join(", ", result.Codes()));
        Assert.Equal(urls, result.Fact("listens on"));
        Assert.Equal(proxy + network is { Length: > 0 } some ? some : "none", result.Fact("proxies trusted"));
    }

    [Theory]
    [InlineData("http://localhost:5080", "")]
    [InlineData("http://0.0.0.0:5080", "Error development_exposed")]
    public async Task Development_is_for_this_machine_alone(string urls, string expected)
    {
        var result = await RunAsync(Http, urls, new TrustedProxyOptions(), "Development");

        Assert.Equal(expected, string.Join(", ", result.Codes()));
    }

    private static Task<CheckResult> RunAsync(
        string issuer, string urls, TrustedProxyOptions trusted, string environment = "Production")
    {
        var listen = Checking.Listen(("urls", urls));
        return Checking.RunAsync(new ProxyCheck(
            Checking.Address(issuer), listen, Options.Create(trusted), Checking.Environment(environment)));
    }
}
