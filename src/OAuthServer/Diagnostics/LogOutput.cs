using System.Globalization;
using Serilog;
using Serilog.Formatting.Compact;

namespace OAuthServer.Diagnostics;

/// <summary>Where log lines go: JSON on standard output, or readable lines in Development.</summary>
internal static class LogOutput
{
    public static void Configure(LoggerConfiguration logger, IHostEnvironment environment)
    {
        logger.Enrich.FromLogContext();
        if (environment.IsDevelopment()) logger.WriteTo.Console(outputTemplate: "{Timestamp:HH:mm:ss} {Level:u3} {Message:lj}{NewLine}{Exception}", formatProvider: CultureInfo.InvariantCulture);
        else logger.WriteTo.Console(new RenderedCompactJsonFormatter());
    }
}
