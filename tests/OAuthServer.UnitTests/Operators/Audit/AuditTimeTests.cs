using System.Globalization;
using OAuthServer.Operators.Audit;

namespace OAuthServer.UnitTests.Operators.Audit;

/// <summary>Moments as operators type them.</summary>
public sealed class AuditTimeTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 10, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("90s", "2026-03-10T11:58:30Z")]
    [InlineData("15m", "2026-03-10T11:45:00Z")]
    [InlineData("2h", "2026-03-10T10:00:00Z")]
    [InlineData("7d", "2026-03-03T12:00:00Z")]
    [InlineData("0s", "2026-03-10T12:00:00Z")]
    [InlineData("999999999d", "0001-01-01T00:00:00Z")]
    [InlineData("2026-03-01", "2026-03-01T00:00:00Z")]
    [InlineData("2026-03-01T12:30:00Z", "2026-03-01T12:30:00Z")]
    [InlineData("2026-03-01T12:30:00+02:00", "2026-03-01T10:30:00Z")]
    [InlineData("2026-03-01 12:30", "2026-03-01T12:30:00Z")]
    public void A_moment_is_read_and_is_utc_unless_it_says_otherwise(string text, string expected)
    {
        Assert.True(AuditTime.TryParse(text, Now, out var moment));
        Assert.Equal(DateTimeOffset.Parse(expected, CultureInfo.InvariantCulture), moment);
    }

    [Theory]
    [InlineData("")]
    [InlineData("5")]
    [InlineData("5w")]
    [InlineData("-5m")]
    [InlineData("99999999999999s")]
    [InlineData("yesterday")]
    [InlineData("2026-13-01")]
    public void Anything_else_is_refused(string text) => Assert.False(AuditTime.TryParse(text, Now, out _));
}
