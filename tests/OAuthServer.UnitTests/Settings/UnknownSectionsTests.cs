using Microsoft.Extensions.Configuration;
using OAuthServer.Settings;

namespace OAuthServer.UnitTests.Settings;

/// <summary>What was meant for a section of ours is named; what is somebody else's is not.</summary>
public sealed class UnknownSectionsTests
{
    private static readonly BoundSection[] Sections =
        [new("OAuth", typeof(OAuthOptions)), new("Mail", typeof(object)), new("RateLimiting", typeof(object))];

    [Theory]
    [InlineData(
        "RateLimitting:Token:PermitLimit",
        "RateLimitting: there is no section 'RateLimitting'. Did you mean RateLimiting?")]
    [InlineData("Mails:Host", "Mails: there is no section 'Mails'. Did you mean Mail?")]
    [InlineData(
        "Mail_Host",
        "Mail_Host: there is no setting 'Mail_Host'. Levels are two underscores apart: did you mean Mail__Host?")]
    [InlineData(
        "ConnectionStrings:OAuthSrver",
        "ConnectionStrings:OAuthSrver: there is no connection string 'OAuthSrver'. Did you mean OAuthServer?")]
    public void A_key_that_was_meant_for_us_is_a_fault(string key, string fault) =>
        Assert.Equal([fault], Faults(key));

    [Theory]
    [InlineData("OAuth:Isuer")]
    [InlineData("oauth:Issuer")]
    [InlineData("Kestrel:Endpoints:Http:Url")]
    [InlineData("Serilog:MinimumLevel:Default")]
    [InlineData("MAIL_HOST")]
    [InlineData("MAIL_PORT_25_TCP")]
    [InlineData("OAUTH_TEST_ROUNDS")]
    [InlineData("ConnectionStrings:Reports")]
    [InlineData("PATH")]
    public void What_is_somebody_elses_is_none(string key) => Assert.Empty(Faults(key));

    private static IEnumerable<string> Faults(string key) => UnknownSections.Faults(
        new ConfigurationBuilder().AddInMemoryCollection([new(key, "value")]).Build(), Sections);
}
