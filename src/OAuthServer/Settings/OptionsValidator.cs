using System.Globalization;
using Microsoft.Extensions.Options;

namespace OAuthServer.Settings;

/// <summary>
/// Checks an options class and names every fault at once. A fault begins with the key that it is about.
/// </summary>
internal abstract class OptionsValidator<T> : IValidateOptions<T>
    where T : class
{
    public ValidateOptionsResult Validate(string? name, T options)
    {
        var faults = Faults(options).OfType<string>().ToList();
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }

    /// <summary>One entry for each rule: its fault, or null where it holds.</summary>
    protected abstract IEnumerable<string?> Faults(T options);

    /// <summary>The fault of a value beyond its bounds, which themselves are allowed.</summary>
    protected static string? Range<TValue>(string key, TValue value, TValue lowest, TValue highest, string why = "")
        where TValue : IComparable<TValue>, IFormattable =>
        value.CompareTo(lowest) >= 0 && value.CompareTo(highest) <= 0
            ? null
            : $"{key} must be from {Text(lowest)} to {Text(highest)}{why}.";

    /// <summary>The fault of a rule that does not hold.</summary>
    protected static string? Rule(bool holds, string otherwise) => holds ? null : otherwise;

    private static string Text(IFormattable value)
    {
        var text = value.ToString(null, CultureInfo.InvariantCulture);
        return value is TimeSpan { Milliseconds: > 0 } ? text.TrimEnd('0') : text;
    }
}

/// <summary>Registers options that are bound from the configuration and checked before the server starts.</summary>
internal static class ValidatedOptions
{
    public static OptionsBuilder<T> AddOptions<T, TValidator>(
        this IServiceCollection services, IConfigurationSection section)
        where T : class, new()
        where TValidator : OptionsValidator<T>
    {
        services.AddSingleton<IValidateOptions<T>, TValidator>();
        return services.AddOptions<T>().BindStrictly(section).ValidateOnStart();
    }
}
