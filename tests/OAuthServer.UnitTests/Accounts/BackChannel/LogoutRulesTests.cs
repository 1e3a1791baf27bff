using System.Net;
using Microsoft.Extensions.Hosting.Internal;
using Microsoft.Extensions.Options;
using OAuthServer.Accounts.BackChannel;
using OAuthServer.Storage;
using OAuthServer.Testing;

namespace OAuthServer.UnitTests.Accounts.BackChannel;

/// <summary>Where apps may be told, and when they are tried again.</summary>
public sealed class LogoutRulesTests
{
    [Theory, Row("LOGOUT-07")]
    [InlineData(1, 0, 10)]
    [InlineData(2, 10, 20)]
    [InlineData(3, 30, 40)]
    [InlineData(9, 2550, 2560)]
    [InlineData(10, 5110, 3600)]
    [InlineData(1000, 40000, 3600)]
    [InlineData(40, 82799, 3600)]
    [InlineData(40, 82800, null)]
    [InlineData(1, 86400, null)]
    public void Pauses_grow_and_have_an_end(int tries, int age, int? pause)
    {
        var notice = new DueNotice { ClientId = "app", Tries = tries, Age = TimeSpan.FromSeconds(age) };
        Assert.Equal(pause is { } seconds ? TimeSpan.FromSeconds(seconds) : null, Rules().PauseAfter(notice));
    }

    [Theory, Row("LOGOUT-10")]
    [InlineData("https://rp.example/logout", true, true)]
    [InlineData("http://127.0.0.1:5000/logout", false, true)]
    [InlineData("http://localhost/logout", false, true)]
    [InlineData("http://[::1]/logout", false, true)]
    [InlineData("http://rp.example/logout", false, false)]
    [InlineData("ftp://127.0.0.1/logout", false, false)]
    [InlineData("/logout", false, false)]
    public void Plain_http_is_for_a_developers_machine(string uri, bool usually, bool inDevelopment)
    {
        Assert.Equal(usually, Rules().Read(uri) is not null);
        Assert.Equal(inDevelopment, Rules("Development").Read(uri) is not null);
    }

    [Fact, Row("LOGOUT-10")]
    public void This_machine_is_connected_to_in_development_alone()
    {
        Assert.False(Rules().Addresses().Allows("localhost", IPAddress.Loopback));
        Assert.True(Rules("Development").Addresses().Allows("localhost", IPAddress.Loopback));
        Assert.True(Rules("Development").Addresses().Allows("localhost", IPAddress.IPv6Loopback));
        Assert.False(Rules("Development").Addresses().Allows("metadata", IPAddress.Parse("169.254.169.254")));
        Assert.False(Rules("Development").Addresses().Allows("corp", IPAddress.Parse("10.0.0.1")));
    }

    [Fact]
    public void A_lease_outlives_a_try() => Assert.True(Rules().Lease > new BackChannelOptions().RequestTimeout);

    private static LogoutRules Rules(string environment = "Production") =>
        new(
            Options.Create(new BackChannelOptions()),
            new HostingEnvironment { EnvironmentName = environment },
            TimeProvider.System);
}
