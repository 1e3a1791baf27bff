using Microsoft.Extensions.Options;

namespace OAuthServer.Hosting;

/// <summary>What is wrong with the configuration.</summary>
internal static class ConfigurationFaults
{
    /// <summary>Every fault of every section: all options are judged at once, before anything runs.</summary>
    public static IReadOnlyList<string> Of(IServiceProvider services)
    {
        try
        {
            services.GetRequiredService<IStartupValidator>().Validate();
            return [];
        }
        catch (OptionsValidationException one)
        {
            return [.. one.Failures];
        }
        catch (AggregateException many)
        {
            return [.. many.Flatten().InnerExceptions.SelectMany(Failures)];
        }
    }

    private static IEnumerable<string> Failures(Exception fault) =>
        fault is OptionsValidationException invalid ? invalid.Failures : [fault.Message];
}
