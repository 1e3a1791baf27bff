using Microsoft.Extensions.Options;

namespace OAuthServer.Hosting;

/// <summary>What is wrong with the configuration.</summary>
internal static class ConfigurationFaults
{
    /// <summary>Every fault of every section. All options are judged before anything runs, so that they are seen at once.</summary>
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
            return [.. many.Flatten().InnerExceptions.SelectMany(inner => inner is OptionsValidationException invalid ? invalid.Failures : [inner.Message])];
        }
    }
}
