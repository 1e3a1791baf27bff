using OAuthServer.Settings;

namespace OAuthServer.UnitTests.Settings;

/// <summary>Random waits lie within their bounds, and use all of the room.</summary>
public sealed class JitterTests
{
    private const int Many = 20_000;

    [Fact]
    public void A_wait_is_up_to_a_tenth_shorter_or_longer() => AssertSpread(0.9, 1.1, Jitter.Around);

    [Fact]
    public void A_wait_within_a_length_is_half_of_it_at_least() => AssertSpread(0.5, 1, Jitter.Within);

    // That none of so many comes near one of the ends happens once in 10^87 runs.
    private static void AssertSpread(double least, double most, Func<TimeSpan, TimeSpan> wait)
    {
        var shares = Enumerable.Range(0, Many)
            .Select(_ => wait(TimeSpan.FromHours(1)) / TimeSpan.FromHours(1))
            .ToList();
        var near = (most - least) / 100;

        Assert.InRange(shares.Min(), least, least + near);
        Assert.InRange(shares.Max(), most - near, most);
        Assert.InRange(shares.Average(), ((least + most) / 2) - (2 * near), ((least + most) / 2) + (2 * near));
    }
}
