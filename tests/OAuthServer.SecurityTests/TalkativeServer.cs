using Microsoft.Extensions.DependencyInjection;
using OAuthServer.Storage;
using OAuthServer.Testing;
using Serilog.Core;

namespace OAuthServer.SecurityTests;

/// <summary>A server that logs all that it can, with Entity Framework's parameters, and what it logged.</summary>
public sealed class TalkativeServer : IAsyncLifetime
{
    public CollectedLog Log { get; } = new();

    public TestServer Server { get; private set; } = null!;

    /// <summary>One of a test's own.</summary>
    public static async Task<TalkativeServer> StartAsync()
    {
        var started = new TalkativeServer();
        await started.InitializeAsync();
        return started;
    }

    public async ValueTask InitializeAsync() => Server = await TestServer.StartAsync(new()
    {
        Settings = CollectedLog.MostVerbose,
        Configure = builder =>
        {
            builder.Services.AddSingleton<ILogEventSink>(Log);
            builder.Services.ConfigureDbContext<OAuthDbContext>(options => options.EnableSensitiveDataLogging().EnableDetailedErrors());
        },
    });

    public ValueTask DisposeAsync() => Server.DisposeAsync();
}
