using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OAuthServer.Hosting;

namespace OAuthServer.UnitTests.Hosting;

/// <summary>A host that a background service brought down did not end well.</summary>
public sealed class HostEndTests
{
    [Theory]
    [InlineData(false, true)]
    [InlineData(true, false)]
    public async Task A_failed_background_service_is_no_good_end(bool fails, bool good)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new());
        builder.Services.AddHostedService(services => new Ending(
            services.GetRequiredService<IHostApplicationLifetime>(), fails));

        Assert.Equal(good, await HostEnd.RunAsync(builder.Build()));
    }

    // Ends the host, one way or the other.
    private sealed class Ending(IHostApplicationLifetime lifetime, bool fails) : BackgroundService
    {
        protected override async Task ExecuteAsync(CancellationToken stoppingToken)
        {
            await Task.Yield();
            if (fails) throw new InvalidOperationException("a bug");
            lifetime.StopApplication();
        }
    }
}
