using OAuthServer.Pages;

namespace OAuthServer.UnitTests.Pages;

/// <summary>How long to wait is said in plain words, and never shorter than it takes.</summary>
public sealed class WaitingTests
{
    [Theory]
    [InlineData(0.1, "in a second")]
    [InlineData(1, "in a second")]
    [InlineData(1.5, "in 2 seconds")]
    [InlineData(59, "in 59 seconds")]
    [InlineData(59.5, "in a minute")]
    [InlineData(60, "in a minute")]
    [InlineData(60.1, "in 2 minutes")]
    [InlineData(900, "in 15 minutes")]
    [InlineData(841, "in 15 minutes")]
    [InlineData(5400, "in 90 minutes")]
    [InlineData(5401, "in 2 hours")]
    [InlineData(86_400, "in 24 hours")]
    public void Time_is_rounded_up(double seconds, string words) =>
        Assert.Equal(words, Waiting.For(TimeSpan.FromSeconds(seconds)).Say());
}
