using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace OAuthServer.Testing;

/// <summary>The server's own Program, started in this process with the settings and services of a test.</summary>
internal sealed class ServerFactory(TestServerOptions options, IReadOnlyDictionary<string, string?> settings)
    : WebApplicationFactory<Program>
{
    /// <summary>Where it listens.</summary>
    public Uri Address =>
        new(Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        builder.UseContentRoot(AppContext.BaseDirectory);
        builder.UseEnvironment(options.Environment);
        foreach (var (key, value) in settings) builder.UseSetting(key, value);
        foreach (var (key, value) in options.Settings) builder.UseSetting(key, value);
        if (!options.FullHashCost) builder.ConfigureServices(HashCost.Lower);
        if (options.Services is { } services) builder.ConfigureServices(services);
    }

    protected override IHost CreateHost(IHostBuilder builder) => new ProgramHost(base.CreateHost(builder));

    // Program stops and disposes of its host when it is told to; the factory would do both a second time, and at once.
    private sealed class ProgramHost(IHost host) : IHost
    {
        // Asked for now: a host that stopped by itself has no services any more.
        private readonly IHostApplicationLifetime _lifetime =
            host.Services.GetRequiredService<IHostApplicationLifetime>();

        public IServiceProvider Services => host.Services;

        public Task StartAsync(CancellationToken cancellationToken = default) => host.StartAsync(cancellationToken);

        public async Task StopAsync(CancellationToken cancellationToken = default)
        {
            var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            await using var listening = _lifetime.ApplicationStopped.Register(stopped.SetResult);
            _lifetime.StopApplication();
            await stopped.Task.WaitAsync(cancellationToken);
        }

        public void Dispose()
        {
        }
    }
}
