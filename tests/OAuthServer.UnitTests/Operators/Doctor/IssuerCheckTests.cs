using OAuthServer.Operators.Doctor;

namespace OAuthServer.UnitTests.Operators.Doctor;

public sealed class IssuerCheckTests
{
    [Theory]
    [InlineData("https://login.example.com", "Production", "")]
    [InlineData("https://login.example.com:8443", "Production", "")]
    [InlineData("https://login.example.com/tenant", "Production", "Note issuer_has_path")]
    [InlineData("https://Login.Example.com", "Production", "Warning issuer_not_canonical")]
    [InlineData("https://login.example.com:443", "Production", "Warning issuer_not_canonical")]
    [InlineData("https://localhost", "Production", "Warning issuer_loopback")]
    [InlineData("https://localhost", "Development", "")]
    [InlineData("http://localhost:5080", "Development", "Note issuer_plain_http")]
    public async Task An_issuer_is_judged_as_clients_see_it(string issuer, string environment, string expected)
    {
        var result = await RunAsync(issuer, environment);

        Assert.Equal(expected, string.Join(", ", result.Codes()));
        Assert.Equal(issuer, result.Fact("issuer"));
    }

    [Theory]
    [InlineData("https://login.example.com", "https://login.example.com/.well-known/oauth-authorization-server")]
    [InlineData(
        "https://login.example.com/tenant", "https://login.example.com/.well-known/oauth-authorization-server/tenant")]
    public async Task The_place_of_the_metadata_is_said(string issuer, string expected) =>
        Assert.Equal(expected, (await RunAsync(issuer)).Fact("metadata"));

    private static Task<CheckResult> RunAsync(string issuer, string environment = "Production") =>
        Checking.RunAsync(new IssuerCheck(Checking.Address(issuer), Checking.Environment(environment)));
}
