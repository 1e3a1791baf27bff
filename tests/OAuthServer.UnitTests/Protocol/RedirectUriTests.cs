using OAuthServer.Protocol;
using OAuthServer.Testing;

namespace OAuthServer.UnitTests.Protocol;

/// <summary>Comparison of redirect URIs (RFC 9700 §4.1.3, RFC 8252 §7.3).</summary>
public sealed class RedirectUriTests
{
    private const string Web = "https://c.example/cb";
    private const string IPv4 = "http://127.0.0.1/cb";
    private const string IPv6 = "http://[::1]/cb";
    private const string Localhost = "http://localhost/cb";

    [Theory, Row("AUTHZ-05"), Row("AUTHZ-07")]
    [InlineData(Web, Web, true)]
    [InlineData(Web, "https://c.example/cb/", false)]
    [InlineData(Web, "https://c.example/CB", false)]
    [InlineData(Web, "HTTPS://c.example/cb", false)]
    [InlineData(Web, "https://C.EXAMPLE/cb", false)]
    [InlineData(Web, "https://c.example:443/cb", false)]
    [InlineData(Web, "https://c.example:8443/cb", false)]
    [InlineData(Web, "https://c.example/%63b", false)]
    [InlineData(Web, "https://c.example/x/../cb", false)]
    [InlineData(Web, "https://c.example/./cb", false)]
    [InlineData(Web, "https://c.example/cb?a=1", false)]
    [InlineData(Web, "https://c.example/cb?", false)]
    [InlineData(Web, "https://c.example/cb#f", false)]
    [InlineData(Web, "https://c.example//cb", false)]
    [InlineData(Web, "https://c.example/cb\r\n", false)]
    [InlineData(Web, "https://c.example/cb ", false)]
    [InlineData(Web, " https://c.example/cb", false)]
    [InlineData(Web, "https://c.example./cb", false)]
    [InlineData(Web, "http://c.example/cb", false)]
    [InlineData(Web, "https://c.example@evil.example/cb", false)]
    [InlineData(Web, "https://c.example.evil.example/cb", false)]
    [InlineData(Web, "https://evil.example\\@c.example/cb", false)]
    [InlineData(Web, "https://c.example%2f.evil.example/cb", false)]
    [InlineData(Web, "https://c.example", false)]
    [InlineData(Web, "", false)]
    [InlineData("https://c.example/cb?a=1%20b", "https://c.example/cb?a=1%20b", true)]
    [InlineData("https://c.example/cb?a=1%20b", "https://c.example/cb?a=1+b", false)]
    [InlineData("https://c.example/cb?a=1%20b", "https://c.example/cb?a=2", false)]
    [InlineData("https://c.example/cb?a=1%20b", "https://c.example/cb", false)]
    [InlineData("https://c.example/cb?a=1%20b", "https://c.example/cb?a=1%20b&b=2", false)]
    [InlineData("com.example.app:/cb", "com.example.app:/cb", true)]
    [InlineData("com.example.app:/cb", "com.example.app://cb", false)]
    public void Comparison_is_character_by_character(string registered, string requested, bool matches)
    {
        Assert.Equal(matches, RedirectUri.Matches(registered, requested, native: false));
        Assert.Equal(matches, RedirectUri.Matches(registered, requested, native: true));
    }

    [Theory, Row("AUTHZ-08"), Row("AUTHZ-09")]
    [InlineData(IPv4, "http://127.0.0.1:51004/cb")]
    [InlineData(IPv4, "http://127.0.0.1:1/cb")]
    [InlineData(IPv4, "http://127.0.0.1:65535/cb")]
    [InlineData(IPv4, IPv4)]
    [InlineData(IPv6, "http://[::1]:61023/cb")]
    [InlineData(IPv6, IPv6)]
    [InlineData(Localhost, "http://localhost:3000/cb")]
    [InlineData("http://127.0.0.1:8080/cb", "http://127.0.0.1:51004/cb")]
    [InlineData("http://127.0.0.1:8080/cb", IPv4)]
    [InlineData("http://127.0.0.1", "http://127.0.0.1:51004")]
    [InlineData("http://127.0.0.1?a=1", "http://127.0.0.1:51004?a=1")]
    public void A_native_client_may_use_any_port_on_its_loopback_host(string registered, string requested) =>
        Assert.True(RedirectUri.Matches(registered, requested, native: true));

    [Theory, Row("AUTHZ-09"), Row("AUTHZ-10")]
    [InlineData(IPv4, "http://127.0.0.1:1/other")]
    [InlineData(IPv4, "http://127.0.0.1:1/cb/")]
    [InlineData(IPv4, "http://127.0.0.1:1/CB")]
    [InlineData(IPv4, "http://127.0.0.1:1/%63b")]
    [InlineData(IPv4, "http://127.0.0.1:1/x/../cb")]
    [InlineData(IPv4, "http://127.0.0.1:1/cb?a=1")]
    [InlineData(IPv4, "http://127.0.0.1:1/cb#f")]
    [InlineData(IPv4, "http://127.0.0.1:1/cb\r\n")]
    [InlineData(IPv4, "http://127.0.0.1:1")]
    [InlineData(IPv4, "https://127.0.0.1:1/cb")]
    [InlineData(IPv4, "HTTP://127.0.0.1:1/cb")]
    [InlineData(IPv4, "http://127.0.0.2:1/cb")]
    [InlineData(IPv4, "http://127.1:1/cb")]
    [InlineData(IPv4, "http://0x7f.0.0.1:1/cb")]
    [InlineData(IPv4, "http://0177.0.0.1:1/cb")]
    [InlineData(IPv4, "http://2130706433:1/cb")]
    [InlineData(IPv4, "http://127.0.0.1.:1/cb")]
    [InlineData(IPv4, "http://127.0.0.1.evil.example/cb")]
    [InlineData(IPv4, "http://127.0.0.1.evil.example:1/cb")]
    [InlineData(IPv4, "http://127.0.0.10/cb")]
    [InlineData(IPv4, "http://127.0.0.1:0/cb")]
    [InlineData(IPv4, "http://127.0.0.1:65536/cb")]
    [InlineData(IPv4, "http://127.0.0.1:99999/cb")]
    [InlineData(IPv4, "http://127.0.0.1:99999999999999999999/cb")]
    [InlineData(IPv4, "http://127.0.0.1:-1/cb")]
    [InlineData(IPv4, "http://127.0.0.1:+1/cb")]
    [InlineData(IPv4, "http://127.0.0.1: 1/cb")]
    [InlineData(IPv4, "http://127.0.0.1:/cb")]
    [InlineData(IPv4, "http://127.0.0.1:abc/cb")]
    [InlineData(IPv4, "http://127.0.0.1:1e3/cb")]
    [InlineData(IPv4, "http://127.0.0.1:\u0661/cb")]
    [InlineData(IPv4, "http://127.0.0.1:80:81/cb")]
    [InlineData(IPv4, "http://127.0.0.1:80@evil.example/cb")]
    [InlineData(IPv4, "http://127.0.0.1@evil.example/cb")]
    [InlineData(IPv4, "http://u@127.0.0.1:1/cb")]
    [InlineData(IPv4, "http://127.0.0.1\\@evil.example/cb")]
    [InlineData(IPv4, "http://127.0.0.1:1\\@evil.example/cb")]
    [InlineData(IPv4, "http://localhost:1/cb")]
    [InlineData(IPv4, "http://[::1]:1/cb")]
    [InlineData(IPv6, "http://127.0.0.1:1/cb")]
    [InlineData(IPv6, "http://[::ffff:127.0.0.1]:1/cb")]
    [InlineData(IPv6, "http://[0:0:0:0:0:0:0:1]:1/cb")]
    [InlineData(IPv6, "http://[::1]evil.example/cb")]
    [InlineData(IPv6, "http://[::1%251]:1/cb")]
    [InlineData(Localhost, "http://127.0.0.1:3000/cb")]
    [InlineData(Localhost, "http://LOCALHOST:3000/cb")]
    [InlineData(Localhost, "http://localhost.:3000/cb")]
    [InlineData(Localhost, "http://localhost.evil.example:3000/cb")]
    [InlineData(Localhost, "http://localhostevil.example/cb")]
    [InlineData("http://127.0.0.1/cb?a=1", "http://127.0.0.1:1/cb?a=2")]
    [InlineData("com.example.app:/cb", "com.example.app:81/cb")]
    [InlineData("https://127.0.0.1/cb", "https://127.0.0.1:1/cb")]
    [InlineData(Web, "https://c.example:1/cb")]
    public void Leniency_covers_the_port_alone(string registered, string requested) =>
        Assert.False(RedirectUri.Matches(registered, requested, native: true));

    [Theory, Row("AUTHZ-10")]
    [InlineData(IPv4, "http://127.0.0.1:51004/cb")]
    [InlineData(IPv6, "http://[::1]:61023/cb")]
    [InlineData(Localhost, "http://localhost:3000/cb")]
    public void Only_native_clients_have_that_leniency(string registered, string requested) =>
        Assert.False(RedirectUri.Matches(registered, requested, native: false));

    [Theory]
    [InlineData(Web, "https://c.example/cb?code=a%26b&iss=https%3A%2F%2Fi")]
    [InlineData("https://c.example/cb?a=1%20b", "https://c.example/cb?a=1%20b&code=a%26b&iss=https%3A%2F%2Fi")]
    [InlineData("com.example.app:/cb", "com.example.app:/cb?code=a%26b&iss=https%3A%2F%2Fi")]
    public void Parameters_are_added_to_the_query_and_the_rest_stays(string uri, string expected) =>
        Assert.Equal(expected, RedirectUri.WithQuery(uri, ("code", "a&b"), ("state", null), ("iss", "https://i")));

    [Theory]
    [InlineData(Web, false)]
    [InlineData(IPv4, true)]
    [InlineData(IPv6, true)]
    [InlineData(Localhost, true)]
    [InlineData("com.example.app:/cb", true)]
    public void Loopback_and_private_use_redirects_can_be_intercepted(string uri, bool interceptable) =>
        Assert.Equal(interceptable, RedirectUri.IsInterceptable(uri));

    [Theory]
    [InlineData(Web, "https://c.example", "c.example", "https:")]
    [InlineData("https://c.example:8443/cb?a=1", "https://c.example:8443", "c.example:8443", "https:")]
    [InlineData("https://c.example:443/cb", "https://c.example", "c.example", "https:")]
    [InlineData("http://127.0.0.1:51004/cb", "http://127.0.0.1:51004", "127.0.0.1:51004", "http:")]
    [InlineData("http://[::1]:1/cb", "http://[::1]:1", "[::1]:1", "http:")]
    [InlineData("com.example.app:/cb", null, "com.example.app:", "com.example.app:")]
    public void Origin_display_and_policy_source_follow_from_the_uri(
        string uri, string? origin, string display, string source)
    {
        Assert.Equal(origin, RedirectUri.Origin(uri));
        Assert.Equal(display, RedirectUri.Display(uri));
        Assert.Equal(source, RedirectUri.ContentSecurityPolicySource(uri));
    }
}
