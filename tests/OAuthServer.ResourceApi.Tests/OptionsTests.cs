using System.Text.Json;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace OAuthServer.ResourceApi.Tests;

/// <summary>Configuration: every fault is named when the host starts.</summary>
public sealed class OptionsTests
{
    [Theory]
    [Row("PRM-01")]
    [InlineData("http://as.example", false)]
    [InlineData("https://as.example", true)]
    [InlineData("https://as.example/tenant", true)]
    [InlineData("https://as.example/", true)]
    [InlineData("http://localhost:5080", true)]
    [InlineData("http://127.0.0.1:5080", true)]
    [InlineData("http://127.9.9.9", true)]
    [InlineData("http://[::1]:5080", true)]
    [InlineData("http://localhost.evil.example", false)]
    [InlineData("http://10.0.0.1", false)]
    [InlineData("https://as.example?x=1", false)]
    [InlineData("https://as.example#f", false)]
    [InlineData("https://user@as.example", false)]
    [InlineData("https://as.example/a/../b", false)]
    [InlineData("https://AS.example", false)]
    [InlineData("https://as.example:443", false)]
    [InlineData("ftp://as.example", false)]
    [InlineData("/tenant", false)]
    [InlineData("as.example", false)]
    [InlineData("", false)]
    public void Issuer_and_resource_are_https_or_on_a_loopback_host(string url, bool accepted)
    {
        Assert.Equal(accepted, Faults(options => options.Issuer = url).Count == 0);
        Assert.Equal(accepted, Faults(options => options.Resource = url).Count == 0);
    }

    [Fact]
    public void All_faults_are_named_at_once()
    {
        var faults = Faults(options =>
        {
            options.Issuer = "http://as.example";
            options.Resource = "urn:x";
            options.Realm = "a\"b";
            options.ScopesSupported.Add("a b");
            options.ClockSkew = TimeSpan.FromSeconds(61);
            options.MaximumTokenLength = 1;
            options.MaximumTokenLifetime =
                options.KeyRefreshInterval = options.UnknownKeyCooldown = options.BackchannelTimeout = TimeSpan.Zero;
            options.RevocationCheckInterval = TimeSpan.FromSeconds(-1);
            options.RevocationStaleLimit = TimeSpan.FromSeconds(-2);
        });
        Assert.Equal(12, faults.Count);
        Assert.Single(Faults(options => options.ClockSkew = TimeSpan.FromTicks(-1)));
        Assert.Single(Faults(options => options.Audience = ""));
    }

    [Fact]
    public void An_audience_that_is_no_url_needs_a_resource()
    {
        Assert.Single(Faults(options => (options.Audience, options.Resource) = ("notes", null)));
        Assert.Empty(Faults(options => (options.Audience, options.Resource) = ("notes", "https://api.example")));
    }

    [Fact]
    public async Task A_wrong_configuration_stops_the_start() =>
        await Assert.ThrowsAsync<OptionsValidationException>(
            () => TestApi.StartAsync(options => options.ClockSkew = TimeSpan.FromMinutes(5)));

    [Fact]
    public void Options_bind_from_configuration_and_a_misspelt_key_is_a_fault()
    {
        var settings = new Dictionary<string, string?>
        {
            ["Issuer"] = "https://as.example",
            ["Audience"] = "https://api.example",
            ["ClockSkew"] = "00:00:10",
            ["RevocationCheck"] = "true",
            ["ScopesSupported:0"] = "read",
            ["AdditionalAudiences:0"] = "https://files.example",
            ["AdditionalAudiences:1"] = "notes",
        };
        var options = Bound(settings);
        Assert.Equal(
            ("https://as.example", "https://api.example", 10, true),
            (options.Issuer, options.Audience, (int)options.ClockSkew.TotalSeconds, options.RevocationCheck));
        Assert.Equal(["read"], options.ScopesSupported);
        Assert.Equal(["https://files.example", "notes"], options.AdditionalAudiences);
        settings["RevocationChek"] = "true";
        Assert.Throws<InvalidOperationException>(() => Bound(settings));
    }

    [Fact]
    public void Introspection_binds_from_configuration_and_a_misspelt_key_of_it_is_a_fault()
    {
        var settings = new Dictionary<string, string?>
        {
            ["Issuer"] = "https://as.example",
            ["Audience"] = "https://api.example",
        };
        Assert.Null(Bound(settings).Introspection);
        settings["Introspection:ClientId"] = "notes-api";
        settings["Introspection:ClientSecret"] = "s3cret";
        settings["Introspection:CacheFor"] = "00:00:05";
        var introspection = Bound(settings).Introspection!;
        Assert.Equal(
            ("notes-api", "s3cret", TimeSpan.FromSeconds(5)),
            (introspection.ClientId, introspection.ClientSecret, introspection.CacheFor));
        settings["Introspection:CacheFro"] = "1";
        Assert.Throws<InvalidOperationException>(() => Bound(settings));
        settings.Remove("Introspection:CacheFro");
        settings.Remove("Introspection:ClientSecret");
        Assert.Throws<OptionsValidationException>(() => Bound(settings));
    }

    [Fact]
    public void No_fault_of_introspection_and_no_printed_options_have_the_secret()
    {
        var options = new IntrospectionOptions
        {
            ClientId = "notes-api",
            ClientSecret = "s3cret\n",
            CacheFor = TimeSpan.FromHours(1),
        };
        var faults = Faults(all => (all.Introspection, all.RevocationCheck) = (options, true));
        Assert.Equal(3, faults.Count);
        string[] printed = [.. faults, options.ToString(), $"{options}", JsonSerializer.Serialize(options)];
        Assert.All(printed, text => Assert.DoesNotContain("s3cret", text, StringComparison.Ordinal));
    }

    [Theory]
    [Row("RS-16")]
    [InlineData]
    [InlineData("")]
    [InlineData("read write")]
    [InlineData("a\"b")]
    [InlineData("é")]
    public void A_demand_that_is_no_scope_is_a_mistake_of_the_programmer(params string[] scopes) =>
        Assert.Throws<ArgumentException>(() => new AuthorizationPolicyBuilder().RequireScope(scopes));

    [Fact]
    [Row("RS-16")]
    public async Task A_named_policy_demands_and_names_its_scopes()
    {
        await using var api = await TestApi.StartAsync(
            host: builder =>
                builder.Services.AddAuthorizationBuilder().AddPolicy("writers", policy => policy.RequireScope("write")),
            map: app => app.MapGet("/write", () => "ok").RequireAuthorization("writers"));
        Expect.InsufficientScope(await api.GetAsync(api.Token(), "/write"), "write");
        Expect.Ok(await api.GetAsync(api.Token(payload => payload["scope"] = "read write"), "/write"));
    }

    private static OAuthBearerOptions Bound(Dictionary<string, string?> settings)
    {
        var services = new ServiceCollection();
        services.AddOAuthBearer(new ConfigurationBuilder().AddInMemoryCollection(settings).Build());
        using var provider = services.BuildServiceProvider();
        return provider.GetRequiredService<IOptions<OAuthBearerOptions>>().Value;
    }

    private static List<string> Faults(Action<OAuthBearerOptions> change)
    {
        var services = new ServiceCollection();
        services.AddOAuthBearer(options =>
        {
            (options.Issuer, options.Audience) = ("https://as.example", "https://api.example");
            change(options);
        });
        using var provider = services.BuildServiceProvider();
        try
        {
            _ = provider.GetRequiredService<IOptions<OAuthBearerOptions>>().Value;
            return [];
        }
        catch (OptionsValidationException fault)
        {
            return [.. fault.Failures];
        }
    }
}
