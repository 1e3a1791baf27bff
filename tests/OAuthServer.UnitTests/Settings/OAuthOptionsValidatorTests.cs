using System.Globalization;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Internal;
using OAuthServer.Settings;

namespace OAuthServer.UnitTests.Settings;

/// <summary>What an operator may write in section <c>OAuth</c>.</summary>
public sealed class OAuthOptionsValidatorTests
{
    [Theory]
    [InlineData("https://as.example", true)]
    [InlineData("https://as.example:8443", true)]
    [InlineData("https://as.example/tenant1", true)]
    [InlineData("", false)]
    [InlineData("as.example", false)]
    [InlineData("/as", false)]
    [InlineData("https://as.example/", false)]
    [InlineData("https://as.example/t/", false)]
    [InlineData("https://as.example?a=1", false)]
    [InlineData("https://as.example#f", false)]
    [InlineData("https://u:p@as.example", false)]
    [InlineData("http://as.example", false)]
    [InlineData("http://localhost:5080", false)]
    [InlineData("ftp://as.example", false)]
    [InlineData("https:as.example", false)]
    [InlineData(" https://as.example", false)]
    [InlineData("https://as.example ", false)]
    public void An_issuer_is_an_https_url_without_more(string issuer, bool valid) =>
        Assert.Equal(valid, Faults(Options(issuer), Environments.Production).Count == 0);

    [Theory]
    [InlineData("http://localhost:5080", true)]
    [InlineData("http://127.0.0.1:5080", true)]
    [InlineData("http://[::1]:5080", true)]
    [InlineData("http://as.example", false)]
    public void Http_is_for_a_loopback_host_in_development(string issuer, bool valid) =>
        Assert.Equal(valid, Faults(Options(issuer), Environments.Development).Count == 0);

    [Theory]
    [InlineData("00:10:00", true)]
    [InlineData("00:00:01", true)]
    [InlineData("00:10:01", false)]
    [InlineData("00:00:00", false)]
    [InlineData("-00:01:00", false)]
    public void A_code_lives_at_most_ten_minutes(string lifetime, bool valid) =>
        Check(options => options.AuthorizationCodeLifetime = Time(lifetime), valid, "OAuth:AuthorizationCodeLifetime");

    [Theory]
    [InlineData("00:01:00", true)]
    [InlineData("01:00:00", true)]
    [InlineData("00:00:59", false)]
    [InlineData("01:00:01", false)]
    public void An_access_token_lives_a_minute_to_an_hour(string lifetime, bool valid) =>
        Check(options => options.AccessTokenLifetime = Time(lifetime), valid, "OAuth:AccessTokenLifetime");

    [Theory]
    [InlineData("00:15:01", true)]
    [InlineData("00:15:00", false)]
    public void A_refresh_token_outlives_the_access_token(string lifetime, bool valid) =>
        Check(options => options.RefreshTokenLifetime = Time(lifetime), valid, "OAuth:RefreshTokenLifetime");

    [Theory]
    [InlineData("7.00:00:00", true)]
    [InlineData("6.23:59:59", false)]
    public void A_family_outlives_its_refresh_tokens(string lifetime, bool valid) =>
        Check(
            options => options.RefreshTokenFamilyLifetime = Time(lifetime), valid, "OAuth:RefreshTokenFamilyLifetime");

    [Theory]
    [InlineData("00:00:00", true)]
    [InlineData("00:05:00", true)]
    [InlineData("00:05:01", false)]
    [InlineData("-00:00:01", false)]
    public void A_retry_window_is_at_most_five_minutes(string window, bool valid) =>
        Check(options => options.RefreshRetryWindow = Time(window), valid, "OAuth:RefreshRetryWindow");

    [Fact]
    public void An_unknown_device_binding_is_a_fault() =>
        Check(options => options.DeviceBinding = (DeviceBinding)9, false, "OAuth:DeviceBinding");

    [Theory]
    [InlineData("", true)]
    [InlineData("https://docs.example/errors", true)]
    [InlineData("http://docs.example/errors?of=server", true)]
    [InlineData("/errors", false)]
    [InlineData("ftp://docs.example/errors", false)]
    [InlineData("https://docs.example/errors#all", false)]
    [InlineData("https://docs.example/\"errors\"", false)]
    [InlineData("https://docs.example/\\errors", false)]
    [InlineData("https://docs.example/all errors", false)]
    [InlineData("https://docs.example/Störung", false)]
    public void What_explains_errors_is_a_plain_url(string url, bool valid) =>
        Check(options => options.ErrorDocumentation = url, valid, "OAuth:ErrorDocumentation");

    [Fact]
    public void Every_fault_is_listed_at_once()
    {
        var options = Options(string.Empty);
        options.AuthorizationCodeLifetime = options.AccessTokenLifetime = TimeSpan.Zero;
        options.RefreshRetryWindow = TimeSpan.FromHours(1);
        Assert.Equal(4, Faults(options, Environments.Production).Count);
    }

    private static void Check(Action<OAuthOptions> change, bool valid, string key)
    {
        var options = Options("https://as.example");
        change(options);
        var faults = Faults(options, Environments.Production);
        if (valid) Assert.Empty(faults);
        else Assert.StartsWith(key, Assert.Single(faults), StringComparison.Ordinal);
    }

    private static OAuthOptions Options(string issuer) => new() { Issuer = issuer };

    private static List<string> Faults(OAuthOptions options, string environment) =>
        [.. new OAuthOptionsValidator(new HostingEnvironment { EnvironmentName = environment })
            .Validate(null, options).Failures ?? []];

    private static TimeSpan Time(string text) => TimeSpan.Parse(text, CultureInfo.InvariantCulture);
}
