using System.Text.RegularExpressions;

namespace OAuthServer.UnitTests.Documentation;

/// <summary>The trial runs a Development server, which nobody else in the network is to reach.</summary>
public sealed partial class ComposeFileTests
{
    [Fact]
    public void Every_published_port_is_of_this_machine_alone()
    {
        var ports = Ports().Matches(MarkdownPage.Read("docker-compose.yml").Text);

        Assert.NotEmpty(ports);
        Assert.All(
            ports, published => Assert.StartsWith("127.0.0.1:", published.Groups[1].Value, StringComparison.Ordinal));
    }

    [GeneratedRegex("ports: \\[\"([^\"]*)\"")]
    private static partial Regex Ports();
}
