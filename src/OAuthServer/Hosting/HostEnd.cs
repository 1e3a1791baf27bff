namespace OAuthServer.Hosting;

/// <summary>
/// How the server ended. The host stops on a background service that failed, and calls that a good end.
/// </summary>
internal static class HostEnd
{
    /// <summary>Runs the host until it stops; false when a background service brought it down.</summary>
    public static async Task<bool> RunAsync(IHost host)
    {
        // With the host its services go.
        var services = host.Services.GetServices<IHostedService>().OfType<BackgroundService>().ToArray();
        await host.RunAsync();
        return services.All(service => service.ExecuteTask is not { IsFaulted: true });
    }
}
