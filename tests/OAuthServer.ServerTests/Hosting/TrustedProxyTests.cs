using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace OAuthServer.ServerTests.Hosting;

/// <summary>META-09, OPS-03, GEN-01.</summary>
public class TrustedProxyTests
{
    private static readonly (string, string)[] Hostile =
    [
        ("X-Forwarded-For", "203.0.113.9"), ("X-Forwarded-Proto", "https"), ("X-Forwarded-Host", "evil.example"),
        ("X-Forwarded-Prefix", "/evil"), ("Forwarded", "for=203.0.113.9;proto=https;host=evil.example"),
    ];

    [Fact]
    public async Task A_stranger_changes_neither_address_nor_scheme_nor_host()
    {
        await using var host = await ProtectedHost.StartAsync();

        Assert.Equal(await SeenAsync(host), await SeenAsync(host, Hostile));
    }

    [Fact]
    public async Task Nobody_is_trusted_even_when_other_code_trusts_everybody()
    {
        // This is what ASPNETCORE_FORWARDEDHEADERS_ENABLED=true does.
        static void TrustAll(ForwardedHeadersOptions options)
        {
            options.ForwardedHeaders = ForwardedHeaders.All;
            options.KnownIPNetworks.Clear();
            options.KnownProxies.Clear();
        }

        await using var host = await ProtectedHost.StartAsync(
            services: services => services.Configure<ForwardedHeadersOptions>(TrustAll));

        Assert.Equal(await SeenAsync(host), await SeenAsync(host, Hostile));
    }

    [Fact]
    public async Task Another_proxy_than_the_peer_makes_no_difference()
    {
        await using var host = await ProtectedHost.StartAsync(
            new() { ["ForwardedHeaders:KnownProxies:0"] = "10.0.0.7" });

        Assert.Equal(await SeenAsync(host), await SeenAsync(host, Hostile));
    }

    [Theory]
    [InlineData("KnownProxies", "127.0.0.1")]
    [InlineData("KnownProxies", "::ffff:127.0.0.1")]
    [InlineData("KnownNetworks", "127.0.0.0/24")]
    public async Task A_trusted_proxy_tells_address_and_scheme_but_never_host_or_prefix(string list, string entry)
    {
        await using var host = await ProtectedHost.StartAsync(new() { [$"ForwardedHeaders:{list}:0"] = entry });

        var seen = await SeenAsync(host, Hostile);

        Assert.Equal($"https {host.Client.BaseAddress!.Authority}  203.0.113.9", seen);
    }

    [Fact]
    public async Task The_caller_is_the_right_most_hop_that_is_not_trusted()
    {
        await using var host = await ProtectedHost.StartAsync(new()
        {
            ["ForwardedHeaders:KnownProxies:0"] = "127.0.0.1",
            ["ForwardedHeaders:KnownNetworks:0"] = "10.0.0.0/16",
        });

        var seen = await SeenAsync(host, ("X-Forwarded-For", "1.1.1.1, 203.0.113.9, 10.0.0.3, 10.0.0.2, 10.0.0.1"));

        Assert.EndsWith(" 203.0.113.9", seen, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_wrong_entry_is_listed_and_the_server_does_not_start()
    {
        string[] networks = ["0.0.0.0/0", "::/0", "0.0.0.0/1", "8000::/1", "::ffff:0:0/96", "10.0.0.1/8", "ten"];
        string[] proxies = ["proxy.internal", "10.1", "0.0.0.0", "::"];
        var settings = networks.Select((text, i) => ($"ForwardedHeaders:KnownNetworks:{i}", text))
            .Concat(proxies.Select((text, i) => ($"ForwardedHeaders:KnownProxies:{i}", text)))
            .ToDictionary(pair => pair.Item1, pair => (string?)pair.text);

        var fault = await Assert.ThrowsAsync<OptionsValidationException>(() => ProtectedHost.StartAsync(settings));

        Assert.All(settings.Keys, key => Assert.Contains(
            fault.Failures, failure => failure.StartsWith(key + ":", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_misspelt_key_stops_the_start()
    {
        var fault = await Assert.ThrowsAsync<OptionsValidationException>(
            () => ProtectedHost.StartAsync(new() { ["ForwardedHeaders:KnownProxys:0"] = "10.0.0.7" }));

        Assert.Contains("KnownProxys", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Private_networks_may_be_trusted_whole()
    {
        await using var host = await ProtectedHost.StartAsync(new()
        {
            ["ForwardedHeaders:KnownNetworks:0"] = "10.0.0.0/8",
            ["ForwardedHeaders:KnownNetworks:1"] = "fd00::/8",
            ["ForwardedHeaders:KnownNetworks:2"] = "fc00::/7",
        });
        using var answer = await host.GetAsync("/health/live");
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    private static async Task<string> SeenAsync(ProtectedHost host, params (string, string)[] headers)
    {
        using var answer = await host.GetAsync("/.well-known/jwks.json", headers);
        return await answer.TextAsync();
    }
}
