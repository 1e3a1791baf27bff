using OAuthServer.Hosting.Development;
using OAuthServer.UnitTests.Operators.Doctor;

namespace OAuthServer.UnitTests.Hosting.Development;

/// <summary>The banner names addresses that answer.</summary>
public sealed class DevelopmentBannerTests
{
    private const string Issuer = "http://localhost:5080";

    [Theory]
    [InlineData(Issuer, "http://localhost:5080")]
    [InlineData(Issuer, "http://127.0.0.1:5080")]
    [InlineData(Issuer, "http://[::]:5080")]
    [InlineData(Issuer, "http://[::1]:9 http://0.0.0.0:5080")]
    [InlineData("http://127.0.0.1:81", "http://localhost:81")]
    public void At_its_issuer_it_says_no_more_than_that(string issuer, string listening)
    {
        var banner = Banner(issuer, listening);

        Assert.Contains($"curl {issuer}/.well-known/", banner, StringComparison.Ordinal);
        Assert.Contains($"  account       {issuer}/account{Environment.NewLine}", banner, StringComparison.Ordinal);
        Assert.DoesNotContain("listens on", banner, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Issuer, "http://localhost:5000", "http://localhost:5000")]
    [InlineData(Issuer, "http://127.0.0.1:41234", "http://localhost:41234")]
    [InlineData(Issuer, "http://[::]:8080", "http://localhost:8080")]
    [InlineData(Issuer, "https://localhost:5080", "https://localhost:5080")]
    [InlineData("https://login.example.com", "http://10.0.0.1:80", "http://10.0.0.1:80")]
    public void Elsewhere_it_says_where_and_what_to_do(string issuer, string listening, string reached)
    {
        var banner = Banner(issuer, listening);

        Assert.Contains($"listens on    {listening}, which is not its issuer", banner, StringComparison.Ordinal);
        Assert.Contains($"--urls={issuer}", banner, StringComparison.Ordinal);
        Assert.Contains($"curl {reached}/.well-known/", banner, StringComparison.Ordinal);
    }

    [Fact]
    public void Metadata_of_an_issuer_with_a_path_is_at_the_root() => Assert.Contains(
        "curl http://localhost:5080/.well-known/oauth-authorization-server/tenant",
        Banner(Issuer + "/tenant", Issuer),
        StringComparison.Ordinal);

    [Theory]
    [InlineData("psql \"postgresql://x\"", true)]
    [InlineData(null, false)]
    public void The_private_database_is_named_when_there_is_one(string? psql, bool named)
    {
        var banner = DevelopmentBanner.Of(Checking.Address(Issuer), [Issuer], psql);

        Assert.Equal(named, banner.Contains("  database      psql", StringComparison.Ordinal));
    }

    private static string Banner(string issuer, string listening) =>
        DevelopmentBanner.Of(Checking.Address(issuer), listening.Split(' '), null);
}
