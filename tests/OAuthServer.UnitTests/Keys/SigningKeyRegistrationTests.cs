using OAuthServer.Keys;

namespace OAuthServer.UnitTests.Keys;

/// <summary>Where the client of AWS Secrets Manager looks, by the two settings that say so.</summary>
public sealed class SigningKeyRegistrationTests
{
    private const string Store = "https://store.example";

    [Theory]
    [InlineData(null, "eu-central-1", "https://secretsmanager.eu-central-1.amazonaws.com", null)]
    [InlineData(null, "cn-north-1", "https://secretsmanager.cn-north-1.amazonaws.com.cn", null)]
    [InlineData(Store, "eu-central-1", Store, "eu-central-1")]
    [InlineData(Store, null, Store, "us-east-1")]
    public void An_address_wins_and_the_region_signs(string? url, string? region, string address, string? signedFor)
    {
        var config = SigningKeyRegistration.Config(new SigningKeyOptions { ServiceUrl = url, Region = region });

        Assert.Equal(address, config.Address().TrimEnd('/'));
        Assert.Equal(signedFor, config.AuthenticationRegion);
        Assert.Equal(url is null ? region : null, config.RegionEndpoint?.SystemName);
    }

    [Fact]
    public void A_poll_asks_three_times_at_most_and_waits_ten_seconds_each_time()
    {
        var config = SigningKeyRegistration.Config(new SigningKeyOptions { ServiceUrl = Store });

        Assert.Equal((2, TimeSpan.FromSeconds(10)), (config.MaxErrorRetry, config.Timeout));
    }
}
