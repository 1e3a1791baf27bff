using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using OAuthServer.Endpoints.Discovery;
using OAuthServer.Keys;

namespace OAuthServer.UnitTests.Keys;

public sealed class SigningKeyOptionsTests
{
    [Fact]
    public void The_defaults_are_valid_and_use_Secrets_Manager()
    {
        var options = Bind(Environments.Production);

        Assert.Equal(SigningKeySource.SecretsManager, options.Source);
        Assert.Equal("oauth/jwt-private-key", options.SecretId);
        Assert.Equal(TimeSpan.FromMinutes(5), options.PollInterval);
    }

    [Fact]
    public void Development_uses_files_unless_it_is_told_otherwise()
    {
        Assert.Equal(SigningKeySource.File, Bind(Environments.Development).Source);
        Assert.Equal(
            SigningKeySource.SecretsManager,
            Bind(Environments.Development, ("SigningKeys:Source", "SecretsManager")).Source);
    }

    [Fact]
    public void Every_fault_is_named_at_once()
    {
        var invalid = Assert.Throws<OptionsValidationException>(() => Bind(
            Environments.Production,
            ("SigningKeys:SecretId", ""),
            ("SigningKeys:PollInterval", "00:00:00"),
            ("SigningKeys:PublishBeforeSigning", "-01:00:00"),
            ("SigningKeys:Region", "Frankfurt am Main"),
            ("SigningKeys:ServiceUrl", "secretsmanager")));

        Assert.Equal(5, invalid.Failures.Count());
        foreach (var key in (string[])["SecretId", "PollInterval", "PublishBeforeSigning", "Region", "ServiceUrl"])
            Assert.Single(invalid.Failures, fault => fault.StartsWith($"SigningKeys:{key} ", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("01:15:00", "00:05:00", true)]
    [InlineData("01:14:59", "00:05:00", false)]
    [InlineData("01:07:00", "00:01:00", true)]
    [InlineData("01:06:59", "00:01:00", false)]
    [InlineData("1.01:00:00", "13:00:00", false)]
    public void A_key_cannot_sign_before_every_cached_key_set_and_every_old_token_is_over(
        string publish, string poll, bool valid)
    {
        (string, string)[] settings =
        [
            ("SigningKeys:PublishBeforeSigning", publish), ("SigningKeys:PollInterval", poll),
        ];

        if (valid) Bind(Environments.Production, settings);
        else
            Assert.StartsWith(
                "SigningKeys:PublishBeforeSigning ",
                Assert.Single(
                    Assert.Throws<OptionsValidationException>(() => Bind(Environments.Production, settings)).Failures),
                StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("00:00:01")]
    [InlineData("00:05:00")]
    [InlineData("1.00:00:00")]
    public void The_shortest_publication_outlasts_every_cached_key_set_and_the_last_token_of_the_key_before(string poll)
    {
        var options = new SigningKeyOptions { PollInterval = TimeSpan.Parse(poll, CultureInfo.InvariantCulture) };

        Assert.True(options.ShortestPublication() > options.SeenWithin()
            + TimeSpan.FromSeconds(DiscoveryEndpoints.MaxAgeSeconds));
        Assert.True(options.ShortestPublication() >= options.PreviousKeyRetention());
        Assert.True(options.SeenWithin() > options.PollInterval);
    }

    [Fact]
    public void Files_need_a_folder()
    {
        var invalid = Assert.Throws<OptionsValidationException>(() =>
            Bind(Environments.Development, ("SigningKeys:Directory", " ")));

        Assert.StartsWith("SigningKeys:Directory ", Assert.Single(invalid.Failures), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("SigningKeys:SecretID2", "oauth/jwt-private-key")]
    [InlineData("SigningKeys:AccessTokenLifetime", "00:15:00")]
    public void A_key_that_does_not_exist_is_refused(string key, string value)
    {
        var invalid = Assert.Throws<OptionsValidationException>(() => Bind(Environments.Production, (key, value)));

        Assert.Contains($"'{key.Split(':')[1]}'", Assert.Single(invalid.Failures), StringComparison.Ordinal);
    }

    [Fact]
    public void A_previous_key_is_kept_for_the_longest_token_lifetime_that_an_API_can_have_two_polls_and_clock_skew()
    {
        var options = Bind(
            Environments.Production,
            ("OAuth:AccessTokenLifetime", "00:01:00"),
            ("SigningKeys:PollInterval", "00:01:00"));

        Assert.Equal(TimeSpan.FromMinutes(60 + 2 + 5), options.PreviousKeyRetention());
    }

    [Fact]
    public async Task A_host_with_files_makes_a_key_while_it_starts_and_reports_ready()
    {
        using var folder = new TemporaryDirectory();
        using var host = Host(Environments.Development, ("SigningKeys:Directory", folder.Path));
        var health = host.Services.GetRequiredService<HealthCheckService>();
        Assert.Equal(
            HealthStatus.Unhealthy, (await health.CheckHealthAsync(TestContext.Current.CancellationToken)).Status);

        await host.StartAsync(TestContext.Current.CancellationToken);

        Assert.NotNull(host.Services.GetRequiredService<KeyRing>().Current);
        Assert.Equal(
            HealthStatus.Healthy, (await health.CheckHealthAsync(TestContext.Current.CancellationToken)).Status);
        await host.StopAsync(TestContext.Current.CancellationToken);
    }

    private static SigningKeyOptions Bind(string environment, params (string Key, string Value)[] settings)
    {
        using var host = Host(environment, settings);
        return host.Services.GetRequiredService<IOptions<SigningKeyOptions>>().Value;
    }

    private static IHost Host(string environment, params (string Key, string Value)[] settings)
    {
        var builder = new HostApplicationBuilder(new HostApplicationBuilderSettings
        {
            DisableDefaults = true,
            EnvironmentName = environment,
        });
        builder.Configuration.AddInMemoryCollection(
            settings.ToDictionary(setting => setting.Key, setting => (string?)setting.Value));
        builder.Services.AddLogging();

        // Its time stands still, so that no busy machine uses up the patience of start-up.
        builder.Services.AddSingleton<TimeProvider>(new FakeTimeProvider());
        builder.Services.AddSigningKeys(builder.Configuration);
        return builder.Build();
    }
}
