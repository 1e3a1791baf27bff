using System.Globalization;
using Serilog;
using Serilog.Events;
using Serilog.Filters;
using Serilog.Formatting.Compact;
using Serilog.Settings.Configuration;

namespace OAuthServer.Hosting.Observability;

/// <summary>Where log lines go: JSON on standard output, or readable lines in Development.</summary>
internal static class LogOutput
{
    private const string QueryString = "QueryString";

    // Kestrel quotes the request line that it could not read.
    private static readonly Func<LogEvent, bool> QuotesRequest = Matching.FromSource("Microsoft.AspNetCore.Server.Kestrel.BadRequests");

    /// <summary>Where names in the configuration of logs are looked up. Told none, Serilog opens every assembly of the folder at each start.</summary>
    public static readonly ConfigurationReaderOptions ConfigurableParts = new(typeof(Log).Assembly, typeof(ConsoleLoggerConfigurationExtensions).Assembly);

    /// <summary>Adds the output. Whatever the configured levels, no event with a query string gets out (RFC 9700 §4.2.4).</summary>
    public static void Configure(LoggerConfiguration logger, IHostEnvironment environment)
    {
        logger.Enrich.FromLogContext();
        logger.Filter.ByExcluding(entry => entry.Properties.ContainsKey(QueryString) || QuotesRequest(entry));
        if (environment.IsDevelopment()) logger.WriteTo.Console(outputTemplate: "{Timestamp:HH:mm:ss} {Level:u3} {Message:lj}{NewLine}{Exception}", formatProvider: CultureInfo.InvariantCulture);
        else logger.WriteTo.Console(new RenderedCompactJsonFormatter());
    }
}
