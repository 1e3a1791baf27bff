using Microsoft.Extensions.Options;
using OAuthServer.Settings;

namespace OAuthServer.Hosting;

/// <summary>What is wrong with the configuration.</summary>
internal static class ConfigurationFaults
{
    /// <summary>The faults as they are shown, each with the value that was found, unless it is a secret.</summary>
    public static IReadOnlyList<string> Shown(IServiceProvider services)
    {
        var configuration = services.GetRequiredService<IConfiguration>();
        return [.. Of(services).Select(fault => SettingText.WithValue(configuration, fault))];
    }

    /// <summary>Every fault of every section: all options are judged at once, before anything runs.</summary>
    public static IReadOnlyList<string> Of(IServiceProvider services)
    {
        var configuration = services.GetRequiredService<IConfiguration>();
        var unknown = UnknownSections.Faults(configuration, [.. services.GetServices<BoundSection>()]);
        return [.. unknown, .. OfOptions(services)];
    }

    private static IReadOnlyList<string> OfOptions(IServiceProvider services)
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
