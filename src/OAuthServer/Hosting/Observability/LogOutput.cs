using System.Globalization;
using Serilog;
using Serilog.Core;
using Serilog.Events;
using Serilog.Filters;
using Serilog.Formatting.Compact;
using Serilog.Settings.Configuration;

namespace OAuthServer.Hosting.Observability;

/// <summary>Where log lines go: JSON on standard output, or readable lines in Development.</summary>
internal static class LogOutput
{
    private const string QueryString = "QueryString";
    private const string Readable = "{Timestamp:HH:mm:ss} {Level:u3} {Message:lj}{NewLine}{Exception}";

    // Kestrel quotes the request line that it could not read.
    private static readonly Func<LogEvent, bool> QuotesRequest =
        Matching.FromSource("Microsoft.AspNetCore.Server.Kestrel.BadRequests");

    // Told none, Serilog opens every assembly of the folder at each start, to look up names of the configuration.
    private static readonly ConfigurationReaderOptions ConfigurableParts =
        new(typeof(Log).Assembly, typeof(ConsoleLoggerConfigurationExtensions).Assembly);

    /// <summary>Adds the log, with the correlation id of the request on every line.</summary>
    public static IServiceCollection AddLogOutput(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddHttpContextAccessor();
        services.AddSingleton<ILogEventEnricher, CorrelationEnricher>();
        // A logger of this host's own: by default the last host of a process takes over the lines of all.
        services.AddSerilog(
            (provider, logger) => Configure(
                logger.ReadFrom.Configuration(configuration, ConfigurableParts).ReadFrom.Services(provider),
                provider.GetRequiredService<IHostEnvironment>()),
            preserveStaticLogger: true);
        return services;
    }

    // Whatever the configured levels, no event with a query string gets out (RFC 9700 §4.2.4).
    private static void Configure(LoggerConfiguration logger, IHostEnvironment environment)
    {
        logger.Enrich.FromLogContext();
        logger.Filter.ByExcluding(entry => entry.Properties.ContainsKey(QueryString) || QuotesRequest(entry));
        if (environment.IsDevelopment())
            logger.WriteTo.Console(outputTemplate: Readable, formatProvider: CultureInfo.InvariantCulture);
        else
            logger.WriteTo.Console(new RenderedCompactJsonFormatter());
    }
}
