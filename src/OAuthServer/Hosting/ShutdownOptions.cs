using Microsoft.Extensions.Options;

namespace OAuthServer.Hosting;

/// <summary>The section <c>Shutdown</c>: how an instance leaves without a request lost.</summary>
internal sealed class ShutdownOptions
{
    /// <summary>The name of the configuration section.</summary>
    public const string Section = "Shutdown";

    /// <summary>
    /// How long the instance goes on answering after it was told to stop, while it is not ready: the time in which whoever sends
    /// it traffic looks elsewhere. None in Development.
    /// </summary>
    public TimeSpan DrainTime { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>The longest that stopping takes in all; what is unanswered then is cut off. Below the 30 s after which orchestrators kill.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(25);
}

/// <summary>Lists every fault of <see cref="ShutdownOptions"/>.</summary>
internal sealed class ShutdownOptionsValidator : IValidateOptions<ShutdownOptions>
{
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(10);

    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, ShutdownOptions options)
    {
        var faults = Faults(options).ToList();
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }

    private static IEnumerable<string> Faults(ShutdownOptions options)
    {
        if (options.Timeout < TimeSpan.FromSeconds(1) || options.Timeout > Longest) yield return "Shutdown:Timeout must be from 00:00:01 to 00:10:00.";
        if (options.DrainTime < TimeSpan.Zero || options.DrainTime >= options.Timeout) yield return "Shutdown:DrainTime must be 00:00:00 or more, and shorter than Shutdown:Timeout.";
    }
}
