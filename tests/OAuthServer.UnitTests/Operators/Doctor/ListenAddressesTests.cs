namespace OAuthServer.UnitTests.Operators.Doctor;

public sealed class ListenAddressesTests
{
    [Theory]
    [InlineData("http://localhost:5000", false, false)]
    [InlineData("http://*:8080", true, false, "http_ports", "8080")]
    [InlineData("http://*:80 https://*:443", true, true, "http_ports", "80", "https_ports", "443")]
    [InlineData("http://[::1]:80", false, false, "urls", "http://[::1]:80", "http_ports", "8080")]
    [InlineData("http://a:1 https://b:2", true, true, "urls", "http://a:1;https://b:2")]
    [InlineData(
        "https://0.0.0.0:1", true, true,
        "Kestrel:Endpoints:Main:Url", "https://0.0.0.0:1", "urls", "http://localhost:9")]
    [InlineData("http://unix:/run/oauth.sock", false, false, "urls", "http://unix:/run/oauth.sock")]
    public void Addresses_are_read_in_the_order_of_Kestrel(
        string expected, bool exposed, bool https, params string[] settings)
    {
        var listen = Checking.Listen([.. settings.Chunk(2).Select(pair => (pair[0], pair[1]))]);

        Assert.Equal(expected.Split(' '), listen.All);
        Assert.Equal((exposed, https), (listen.AreExposed, listen.HasHttps));
    }
}
