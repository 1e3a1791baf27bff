using System.Net;
using CsCheck;
using OAuthServer.RateLimits;

namespace OAuthServer.UnitTests.RateLimits;

public class ClientAddressTests
{
    [Theory]
    [InlineData("192.0.2.1", "192.0.2.1")]
    [InlineData("::ffff:192.0.2.1", "192.0.2.1")]
    [InlineData("2001:db8:0:1:aaaa:bbbb:cccc:dddd", "2001:db8:0:1::/64")]
    [InlineData("2001:DB8:0:1::", "2001:db8:0:1::/64")]
    [InlineData("fe80::1%3", "fe80::/64")]
    [InlineData("::1", "::/64")]
    public void One_peer_has_one_key(string address, string key) =>
        Assert.Equal(key, ClientAddress.From(IPAddress.Parse(address)).Text);

    [Fact]
    public void Peers_without_an_address_share_a_key()
    {
        Assert.Equal("none", ClientAddress.From(null).ToString());
        Assert.Equal(ClientAddress.From(null), ClientAddress.From(null));
        Assert.Equal("none", default(ClientAddress).Text);
    }

    [Fact]
    public void The_lower_half_of_an_address_never_changes_the_key() =>
        Gen.Select(Gen.Byte.Array[8], Gen.Byte.Array[8], Gen.Byte.Array[8])
            .Where((net, _, _) => net[0] != 0)
            .Sample((net, one, two) => Key([.. net, .. one]) == Key([.. net, .. two]));

    private static ClientAddress Key(byte[] address) => ClientAddress.From(new IPAddress(address));
}
