using System.Globalization;
using Serilog;
using Serilog.Core;
using Serilog.Events;
using Serilog.Filters;
using Serilog.Formatting.Compact;

namespace OAuthServer.Diagnostics;

/// <summary>Where log lines go: JSON on standard output, or readable lines in Development.</summary>
internal static class LogOutput
{
    private const string QueryString = "QueryString";

    // Kestrel quotes the request line that it could not read.
    private static readonly Func<LogEvent, bool> QuotesRequest = Matching.FromSource("Microsoft.AspNetCore.Server.Kestrel.BadRequests");

    // With sensitive data logging on, the change tracker quotes the columns that it saw change.
    private static readonly Func<LogEvent, bool> QuotesRows = Matching.FromSource("Microsoft.EntityFrameworkCore.ChangeTracking");

    /// <summary>
    /// Adds the output. Whatever the configured levels, no event with a query string gets out (RFC 9700 §4.2.4), and no
    /// parameter of a statement: password hashes and security stamps are among them.
    /// </summary>
    public static void Configure(LoggerConfiguration logger, IHostEnvironment environment)
    {
        logger.Enrich.FromLogContext().Enrich.With<HiddenParameters>();
        logger.Filter.ByExcluding(entry => entry.Properties.ContainsKey(QueryString) || QuotesRequest(entry) || QuotesRows(entry));
        if (environment.IsDevelopment()) logger.WriteTo.Console(outputTemplate: "{Timestamp:HH:mm:ss} {Level:u3} {Message:lj}{NewLine}{Exception}", formatProvider: CultureInfo.InvariantCulture);
        else logger.WriteTo.Console(new RenderedCompactJsonFormatter());
    }

    /// <summary>Takes the place of what Entity Framework says the parameters of a statement are.</summary>
    private sealed class HiddenParameters : ILogEventEnricher
    {
        private const string Property = "parameters";
        private static readonly LogEventProperty Hidden = new(Property, new ScalarValue("hidden"));
        private static readonly Func<LogEvent, bool> IsStatement = Matching.FromSource("Microsoft.EntityFrameworkCore");

        public void Enrich(LogEvent logEvent, ILogEventPropertyFactory propertyFactory)
        {
            if (logEvent.Properties.ContainsKey(Property) && IsStatement(logEvent)) logEvent.AddOrUpdateProperty(Hidden);
        }
    }
}
