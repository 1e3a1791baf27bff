using Microsoft.Extensions.Options;

namespace OAuthServer.Settings;

/// <summary>Which options class a section is bound to; docs/configuration.md is compared with all of them.</summary>
internal sealed record BoundSection(string Path, Type Options);

/// <summary>
/// Binds a section to its options class so that an unknown key, or a value of the wrong type, is a fault of validation
/// like any other. The framework throws instead, and the first such key would hide every other fault.
/// </summary>
internal static class StrictBinding
{
    public static OptionsBuilder<T> BindStrictly<T>(this OptionsBuilder<T> options, IConfigurationSection section)
        where T : class, new()
    {
        options.Services.AddSingleton(new BoundSection(section.Path, typeof(T)));
        options.Services.AddSingleton<IValidateOptions<T>>(new Validator<T>(section));
        return options.Configure(bound => Fault(section, bound, strict: false));
    }

    // A strict binder stops at an unknown key and leaves the rest unbound, so values are bound without strictness, and
    // without those that cannot be read.
    private static string? Fault<T>(IConfigurationSection section, T options, bool strict)
    {
        try
        {
            SettingKeys.Readable(section, typeof(T))
                .Bind(options, binder => binder.ErrorOnUnknownConfiguration = strict);
            return null;
        }
        catch (InvalidOperationException unreadable)
        {
            return $"{section.Path}: {unreadable.Message}";
        }
    }

    // Into a fresh object: binding twice into one would double its lists.
    private sealed class Validator<T>(IConfigurationSection section) : IValidateOptions<T>
        where T : class, new()
    {
        public ValidateOptionsResult Validate(string? name, T options)
        {
            var faults = SettingKeys.Faults(section, typeof(T)).ToList();
            // Strict binding sees what nothing of ours has words for; but it stops at an unknown key, in its own.
            if (Fault(section, new T(), strict: faults.Count == 0) is { } unreadable) faults.Add(unreadable);
            return faults.Count > 0 ? ValidateOptionsResult.Fail(faults) : ValidateOptionsResult.Success;
        }
    }
}
