using System.Net;
using OAuthServer.Clients.RemoteKeys;
using OAuthServer.Outgoing;
using OAuthServer.Testing;

namespace OAuthServer.UnitTests.Outgoing;

/// <summary>Where the server connects to because a client's registration says so (RFC 7591 §5).</summary>
public sealed class AddressRulesTests
{
    [Theory, Row("PKJ-09")]
    [InlineData("93.184.216.34")]
    [InlineData("1.1.1.1")]
    [InlineData("9.255.255.255")]
    [InlineData("11.0.0.1")]
    [InlineData("172.15.255.255")]
    [InlineData("172.32.0.1")]
    [InlineData("192.167.255.255")]
    [InlineData("169.253.255.255")]
    [InlineData("100.63.255.255")]
    [InlineData("100.128.0.1")]
    [InlineData("223.255.255.255")]
    [InlineData("::ffff:93.184.216.34")]
    [InlineData("64:ff9b::5db8:d822")] // 93.184.216.34 behind NAT64
    [InlineData("2606:2800:220:1:248:1893:25c8:1946")]
    [InlineData("2a00:1450:4001::1")]
    public void A_public_address_is_allowed(string address) => Assert.True(Allows(new(), "keys.example", address));

    [Theory, Row("PKJ-09")]
    [InlineData("10.0.0.1")]
    [InlineData("10.255.255.255")]
    [InlineData("172.16.0.1")]
    [InlineData("172.31.255.255")]
    [InlineData("192.168.1.1")]
    [InlineData("127.0.0.1")]
    [InlineData("127.255.255.254")]
    [InlineData("100.64.0.1")]
    [InlineData("100.127.255.255")]
    [InlineData("192.0.0.8")]
    [InlineData("192.0.2.1")]
    [InlineData("192.88.99.1")]
    [InlineData("198.18.0.1")]
    [InlineData("198.19.255.255")]
    [InlineData("198.51.100.1")]
    [InlineData("203.0.113.1")]
    [InlineData("240.0.0.1")]
    [InlineData("::1")]
    [InlineData("::ffff:127.0.0.1")]
    [InlineData("::ffff:10.0.0.1")]
    [InlineData("fc00::1")]
    [InlineData("fd12:3456::1")]
    [InlineData("64:ff9b::a00:1")] // 10.0.0.1 behind NAT64
    [InlineData("64:ff9b::7f00:1")]
    [InlineData("64:ff9b:1::5db8:d822")]
    [InlineData("2001::1")] // Teredo
    [InlineData("2001:db8::1")]
    [InlineData("2002:a00:1::1")] // 10.0.0.1 by 6to4
    [InlineData("2002:5db8:d822::1")]
    [InlineData("3fff::1")]
    [InlineData("4000::1")]
    [InlineData("100::1")]
    public void A_private_or_reserved_address_is_allowed_where_it_is_listed_alone(string address)
    {
        Assert.False(Allows(new(), "keys.example", address));
        Assert.True(Allows(new() { AllowedHosts = { "keys.example" } }, "Keys.Example", address));
        Assert.False(Allows(new() { AllowedHosts = { "keys.example" } }, "other.example", address));
        Assert.False(Allows(new() { AllowedHosts = { "keys.example" } }, "x.keys.example", address));
    }

    [Theory, Row("PKJ-09")]
    [InlineData("169.254.169.254")]
    [InlineData("169.254.0.1")]
    [InlineData("::ffff:169.254.169.254")]
    [InlineData("64:ff9b::a9fe:a9fe")] // 169.254.169.254 behind NAT64
    [InlineData("64:ff9b:1::a9fe:a9fe")]
    [InlineData("2002:a9fe:a9fe::1")]
    [InlineData("::a9fe:a9fe")]
    [InlineData("fe80::1")]
    [InlineData("fe80::1%2")]
    [InlineData("febf::1")]
    [InlineData("fec0::1")]
    [InlineData("fd00:ec2::254")]
    [InlineData("fd20:ce::254")]
    [InlineData("100.100.100.200")]
    [InlineData("168.63.129.16")]
    [InlineData("192.0.0.192")]
    [InlineData("0.0.0.0")]
    [InlineData("0.1.2.3")]
    [InlineData("::")]
    [InlineData("255.255.255.255")]
    [InlineData("224.0.0.1")]
    [InlineData("ff02::1")]
    public void Link_local_and_metadata_addresses_are_refused_whatever_is_listed(string address)
    {
        var everything = new RemoteKeyOptions
        {
            AllowedHosts = { "keys.example" },
            AllowedNetworks = { "0.0.0.0/1", "128.0.0.0/1", "::/1", "8000::/1" },
        };
        Assert.False(Allows(everything, "keys.example", address));
    }

    [Theory, Row("PKJ-09")]
    [InlineData("10.20.0.0/16", "10.20.255.255", true)]
    [InlineData("10.20.0.0/16", "10.21.0.0", false)]
    [InlineData("10.20.0.0/16", "::ffff:10.20.0.1", true)]
    [InlineData("::ffff:10.20.0.0/112", "10.20.0.1", true)]
    [InlineData("127.0.0.1/32", "127.0.0.1", true)]
    [InlineData("127.0.0.1/32", "127.0.0.2", false)]
    [InlineData("::1/128", "::1", true)]
    [InlineData("fd12::/16", "fd12::7", true)]
    public void A_network_is_allowed_where_it_is_listed(string network, string address, bool allowed) =>
        Assert.Equal(allowed, Allows(new() { AllowedNetworks = { network } }, "keys.example", address));

    private static bool Allows(RemoteKeyOptions options, string host, string address) =>
        new AddressRules(options.AllowedHosts, options.AllowedNetworks).Allows(host, IPAddress.Parse(address));
}
