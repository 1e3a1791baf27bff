using OAuthServer.Hosting.Management;
using OAuthServer.Hosting.Observability;

namespace OAuthServer.Hosting;

/// <summary>Builds the one web host.</summary>
internal static class ServerHost
{
    private const int LongestRequestLine = 32 * 1024;
    private const int LongestHeaders = 64 * 1024;
    private const long LongestBody = 1024 * 1024;

    /// <summary>
    /// The host, ready to run; null when the configuration is wrong, after every fault was written to standard error.
    /// </summary>
    public static WebApplication? Build(string[] args, Action<WebApplicationBuilder>? configure = null)
    {
        var builder = SettingsOnce.CreateBuilder(args);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestLineSize = LongestRequestLine;
            kestrel.Limits.MaxRequestHeadersTotalSize = LongestHeaders;
            kestrel.Limits.MaxRequestBodySize = LongestBody;
            ManagementPort.Mark(kestrel);
        });
        configure?.Invoke(builder);
        ListenAddresses.Settle(builder.Configuration, builder.Environment);
        ManagementPort.Settle(builder.Configuration, builder.Environment);
        builder.Services.AddServer(builder.Configuration);
        var app = builder.Build();
        if (ConfigurationFaults.Shown(app.Services) is { Count: > 0 } faults)
        {
            Console.Error.WriteLine("OAuthServer cannot start. Fix these settings:");
            foreach (var fault in faults) Console.Error.WriteLine($"  - {fault}");
            return null;
        }

        app.Services.UseGauges();
        app.UseManagement();
        app.UsePipeline();
        app.MapServer();
        return app;
    }
}
