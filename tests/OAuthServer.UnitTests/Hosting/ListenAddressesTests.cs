using Microsoft.Extensions.Configuration;
using OAuthServer.Hosting;
using OAuthServer.UnitTests.Operators.Doctor;

namespace OAuthServer.UnitTests.Hosting;

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

    [Theory]
    [InlineData("Development", "http://localhost:5080", "http://localhost:5080")]
    [InlineData("Development", "http://127.0.0.1:7000/tenant", "http://127.0.0.1:7000")]
    [InlineData("Development", "http://[::1]:81", "http://[::1]:81")]
    [InlineData("Development", "http://localhost:5080", "http://*:9", "urls", "http://*:9")]
    [InlineData("Development", "http://localhost:5080", "http://*:8080", "http_ports", "8080")]
    [InlineData("Development", "http://localhost:5080", "http://a:1", "Kestrel:Endpoints:Main:Url", "http://a:1")]
    [InlineData("Development", "https://login.example.com", "http://localhost:5000")]
    [InlineData("Development", "", "http://localhost:5000")]
    [InlineData("Production", "http://localhost:5080", "http://localhost:5000")]
    public void Where_nothing_says_so_Development_listens_at_its_issuer(
        string environment, string issuer, string expected, params string[] settings)
    {
        var values = settings.Chunk(2).Select(pair => KeyValuePair.Create(pair[0], (string?)pair[1]));
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(values.Append(KeyValuePair.Create("OAuth:Issuer", (string?)issuer))).Build();
        var host = Checking.Environment(environment);

        Assert.Equal([expected], new ListenAddresses(configuration, host).All);
        ListenAddresses.Settle(configuration, host);
        var urls = settings is ["urls", var url] ? url : null;
        var settled = settings.Length == 0 && environment == "Development" ? expected : urls;
        Assert.Equal(settled, configuration["urls"]);
        Assert.Equal([expected], new ListenAddresses(configuration, host).All);
    }
}
