using OAuthServer.Hosting.Observability;
using OAuthServer.Settings;

namespace OAuthServer.Hosting;

/// <summary>Builds the one web host.</summary>
internal static class ServerHost
{
    private const int LongestRequestLine = 32 * 1024;
    private const int LongestHeaders = 64 * 1024;
    private const long LongestBody = 1024 * 1024;

    // The framework's own mark that authentication was added by hand. Without it WebApplication adds the middleware by itself,
    // which then makes a cookie handler for every token request; here the pages alone ask who is signed in.
    private const string AuthenticationIsInPlace = "__AuthenticationMiddlewareSet";

    /// <summary>
    /// The host, ready to run; null when the configuration is wrong, after every fault was written to standard error.
    /// </summary>
    public static WebApplication? Build(string[] args, Action<WebApplicationBuilder>? configure = null)
    {
        var builder = WebApplication.CreateBuilder(args);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestLineSize = LongestRequestLine;
            kestrel.Limits.MaxRequestHeadersTotalSize = LongestHeaders;
            kestrel.Limits.MaxRequestBodySize = LongestBody;
        });
        configure?.Invoke(builder);
        builder.Services.AddServer(builder.Configuration);
        var app = builder.Build();
        if (ConfigurationFaults.Of(app.Services) is { Count: > 0 } faults)
        {
            Console.Error.WriteLine("OAuthServer cannot start. Mend this configuration:");
            foreach (var fault in faults) Console.Error.WriteLine($"  - {fault}");
            return null;
        }

        app.Services.AddGauges();
        ((IApplicationBuilder)app).Properties[AuthenticationIsInPlace] = true;
        app.UseMiddleware<ClosingConnections>();
        app.UseProtection(app.Services.GetRequiredService<ServerAddress>().Issuer);
        app.MapServer();
        return app;
    }
}
