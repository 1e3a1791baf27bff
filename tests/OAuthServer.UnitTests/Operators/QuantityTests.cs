using System.Globalization;
using OAuthServer.Operators;

namespace OAuthServer.UnitTests.Operators;

public sealed class QuantityTests
{
    [Theory]
    [InlineData("00:00:00", "0 seconds")]
    [InlineData("00:00:01.9", "1 second")]
    [InlineData("00:00:59", "59 seconds")]
    [InlineData("00:01:00", "1 minute")]
    [InlineData("-00:02:00", "2 minutes")]
    [InlineData("01:00:00", "1 hour")]
    [InlineData("1.23:59:59", "47 hours")]
    [InlineData("2.00:00:00", "2 days")]
    public void A_length_of_time_is_written_in_the_unit_that_matters(string time, string expected) =>
        Assert.Equal(expected, Quantity.Of(TimeSpan.Parse(time, CultureInfo.InvariantCulture)));

    [Theory]
    [InlineData(0, "0 rows")]
    [InlineData(1, "1 row")]
    [InlineData(50_000, "50,000 rows")]
    public void A_number_has_its_plural_and_groups_of_three(int number, string expected) =>
        Assert.Equal(expected, Quantity.Of(number, "row"));
}
