using System.CommandLine;
using OAuthServer.Clients.Editing;
using OAuthServer.Operators.Clients;

namespace OAuthServer.UnitTests.Operators.Clients;

public sealed class ClientsOptionsTests
{
    [Theory]
    [InlineData("365d", 365.0)]
    [InlineData("366d", null)]
    [InlineData("31536001s", null)]
    [InlineData("0", 0.0)]
    [InlineData("12h", 0.5)]
    [InlineData("7", null)]
    [InlineData("-1d", null)]
    public void An_old_secret_stays_for_a_year_at_most(string text, double? days)
    {
        var keepOld = ClientsOptions.KeepOld();
        var parsed = new Command("rotate") { keepOld }.Parse(["--keep-old", text]);

        Assert.Equal(days is null, parsed.Errors.Count > 0);
        if (days is { } expected) Assert.Equal(TimeSpan.FromDays(expected), parsed.GetValue(keepOld));
        else
            Assert.Equal(
                "--keep-old must be a length of time such as 12h or 7d, at most 365d.",
                Assert.Single(parsed.Errors).Message);
    }

    [Fact]
    public void Without_a_word_it_stays_for_a_week() => Assert.Equal(TimeSpan.FromDays(7), SecretRotation.UsualOverlap);
}
