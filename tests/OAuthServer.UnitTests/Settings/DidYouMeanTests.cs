using OAuthServer.Settings;

namespace OAuthServer.UnitTests.Settings;

public sealed class DidYouMeanTests
{
    private static readonly string[] Words = ["OAuth", "Mail", "PermitLimit", "Window", "Audit"];

    [Theory]
    [InlineData("OAuht", "OAuth")]
    [InlineData("oauth", "OAuth")]
    [InlineData("Mial", "Mail")]
    [InlineData("Mails", "Mail")]
    [InlineData("PermitLimits", "PermitLimit")]
    [InlineData("PermtiLimt", "PermitLimit")]
    [InlineData("Adit", "Audit")]
    [InlineData("", null)]
    [InlineData("Kestrel", null)]
    [InlineData("Limit", null)]
    public void The_nearest_word_is_meant_if_one_is_near(string written, string? meant)
    {
        Assert.Equal(meant, DidYouMean.Nearest(written, Words));
        Assert.Equal(meant is null ? "" : $" Did you mean {meant}?", DidYouMean.Hint(written, Words));
    }
}
