using OAuthServer.Settings;

namespace OAuthServer.UnitTests.Settings;

public sealed class DurationTests
{
    [Theory]
    [InlineData("0", 0)]
    [InlineData("0s", 0)]
    [InlineData("90s", 90)]
    [InlineData("2m", 120)]
    [InlineData("12h", 43_200)]
    [InlineData("365d", 31_536_000)]
    public void A_length_of_time_is_a_number_and_a_unit(string text, int seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), Duration.Parse(text));

    [Theory]
    [InlineData("")]
    [InlineData("d")]
    [InlineData("7")]
    [InlineData("7w")]
    [InlineData("-7d")]
    [InlineData("+7d")]
    [InlineData("7 d")]
    [InlineData("1.5h")]
    [InlineData("2147483648s")]
    public void Anything_else_is_none(string text) => Assert.Null(Duration.Parse(text));

    [Fact]
    public void What_is_longer_than_any_length_of_time_is_the_longest()
    {
        Assert.Equal(TimeSpan.FromDays(10_675_199), Duration.Parse("10675199d"));
        Assert.Equal(TimeSpan.MaxValue, Duration.Parse("10675200d"));
        Assert.Equal(TimeSpan.MaxValue, Duration.Parse("2147483647d"));
    }
}
