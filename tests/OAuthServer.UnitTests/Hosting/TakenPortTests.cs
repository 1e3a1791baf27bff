using System.Net;
using System.Net.Sockets;
using OAuthServer.Hosting;
using OAuthServer.UnitTests.Operators.Doctor;

namespace OAuthServer.UnitTests.Hosting;

public sealed class TakenPortTests : IDisposable
{
    private readonly TcpListener _other = new(IPAddress.Loopback, 0);

    public TakenPortTests() => _other.Start();

    private int Port => ((IPEndPoint)_other.LocalEndpoint).Port;

    [Theory]
    [InlineData("http://localhost:{0}")]
    [InlineData("http://127.0.0.1:{0}")]
    [InlineData("http://*:{0}")]
    [InlineData("http://0.0.0.0:{0};http://127.0.0.1:0")]
    [InlineData("http://this-machine:{0}")]
    public void Something_else_that_listens_there_is_named(string urls)
    {
        var fault = Fault(urls);

        Assert.StartsWith(
            $"Something else listens at {string.Format(null, urls.Split(';')[0], Port)} ",
            fault,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://127.0.0.1:0")]
    [InlineData("http://127.0.0.2:{0}")]
    [InlineData("http://unix:/run/no-such-folder/socket")]
    public void What_is_free_or_no_port_is_nothing_to_say(string urls) => Assert.Null(Fault(urls));

    [Theory]
    [InlineData("nonsense", "'nonsense' is no address to listen at")]
    [InlineData("http://192.0.2.1:5080", "http://192.0.2.1:5080 is no address of this machine")]
    public void What_nothing_can_listen_at_is_named(string urls, string expected) =>
        Assert.StartsWith(expected, Fault(urls), StringComparison.Ordinal);

    [Fact]
    public void The_management_port_is_looked_at_too()
    {
        var taken = $"http://127.0.0.1:{Port}";
        var fault = TakenPort.Fault(Checking.Listen([("urls", "http://127.0.0.1:0"), ("Management:Url", taken)]));

        Assert.StartsWith($"Something else listens at {taken} ", fault, StringComparison.Ordinal);
        Assert.EndsWith("Management:Url.", fault, StringComparison.Ordinal);
        Assert.Null(TakenPort.Fault(
            Checking.Listen([("urls", "http://127.0.0.1:0"), ("Management:Url", "http://127.0.0.1:0")])));
    }

    [Fact]
    public void A_port_that_was_given_up_is_free()
    {
        var port = Port;
        _other.Stop();

        Assert.Null(TakenPort.Fault(Listen($"http://localhost:{port}")));
    }

    public void Dispose() => _other.Dispose();

    private string? Fault(string urls) => TakenPort.Fault(Listen(string.Format(null, urls, Port)));

    private static ListenAddresses Listen(string urls) => Checking.Listen([("urls", urls)]);
}
