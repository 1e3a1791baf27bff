using OAuthServer.Settings;

namespace OAuthServer.Hosting;

/// <summary>The section <c>Shutdown</c>: how an instance leaves without a request lost.</summary>
internal sealed class ShutdownOptions
{
    /// <summary>The name of the configuration section.</summary>
    public const string Section = "Shutdown";

    /// <summary>
    /// How long the instance goes on answering after it was told to stop, while it is not ready: the time in which
    /// whoever sends it traffic looks elsewhere. None in Development.
    /// </summary>
    public TimeSpan DrainTime { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// The longest that stopping takes in all; what is unanswered then is cut off. Below the 30 s after which
    /// orchestrators kill.
    /// </summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(25);
}

/// <summary>What an operator may write in section <c>Shutdown</c>.</summary>
internal sealed class ShutdownOptionsValidator : OptionsValidator<ShutdownOptions>
{
    /// <inheritdoc/>
    protected override IEnumerable<string?> Faults(ShutdownOptions options) =>
    [
        Range("Shutdown:Timeout", options.Timeout, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(10)),
        Rule(
            options.DrainTime >= TimeSpan.Zero && options.DrainTime < options.Timeout,
            "Shutdown:DrainTime must be 00:00:00 or more, and shorter than Shutdown:Timeout."),
    ];
}
