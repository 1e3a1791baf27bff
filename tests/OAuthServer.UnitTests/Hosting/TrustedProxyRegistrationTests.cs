using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using OAuthServer.Hosting;

namespace OAuthServer.UnitTests.Hosting;

public class TrustedProxyRegistrationTests
{
    [Fact]
    public void Without_settings_nobody_is_trusted_not_even_this_machine()
    {
        var options = Options();

        Assert.Empty(options.KnownProxies);
        Assert.Empty(options.KnownIPNetworks);
        Assert.Equal(ForwardedHeaders.None, options.ForwardedHeaders);
    }

    [Fact]
    public void Only_what_is_listed_is_trusted()
    {
        var options = Options(("KnownProxies:0", "10.0.0.7"), ("KnownNetworks:0", "::ffff:10.1.0.0/112"));

        Assert.Equal(["10.0.0.7"], options.KnownProxies.Select(proxy => proxy.ToString()));
        Assert.Equal(["10.1.0.0/16"], options.KnownIPNetworks.Select(network => network.ToString()));
        Assert.Equal(ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto, options.ForwardedHeaders);
    }

    private static ForwardedHeadersOptions Options(params (string Key, string Value)[] settings)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Select(
                pair => KeyValuePair.Create($"ForwardedHeaders:{pair.Key}", (string?)pair.Value)))
            .Build();
        using var services = new ServiceCollection().AddTrustedProxies(configuration).BuildServiceProvider();
        return services.GetRequiredService<IOptions<ForwardedHeadersOptions>>().Value;
    }
}
