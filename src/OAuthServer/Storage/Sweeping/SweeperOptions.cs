using Microsoft.Extensions.Options;

namespace OAuthServer.Storage.Sweeping;

/// <summary>The section <c>Sweeper</c>: how rows that are over leave the database.</summary>
internal sealed class SweeperOptions
{
    /// <summary>The name of the configuration section.</summary>
    public const string Section = "Sweeper";

    /// <summary>The most rows that one statement may take.</summary>
    public const int LargestBatch = 1000;

    /// <summary>Whether this instance sweeps. Off only where something else does.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>The time between two runs; every wait is up to a tenth shorter or longer. A run goes on until nothing is left.</summary>
    public TimeSpan Interval { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>The rows that one statement deletes at most. Requests that are answered beside larger ones wait for them noticeably.</summary>
    public int BatchSize { get; set; } = 200;

    /// <summary>The database ends a statement that takes longer; the next one takes half as many rows.</summary>
    public TimeSpan StatementTimeout { get; set; } = TimeSpan.FromMilliseconds(250);

    /// <summary>The shortest pause between two statements; it is never shorter than nine times the time the last one took.</summary>
    public TimeSpan Pause { get; set; } = TimeSpan.FromMilliseconds(50);

    /// <summary>How long a family's row stays after the end of its live refresh token, and up to a day more, so that a late replay is still known as one.</summary>
    public TimeSpan KeepRefreshTokens { get; set; } = TimeSpan.FromDays(1);
}

/// <summary>Lists every fault of <see cref="SweeperOptions"/>.</summary>
internal sealed class SweeperOptionsValidator : IValidateOptions<SweeperOptions>
{
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, SweeperOptions options)
    {
        var faults = Faults(options).ToList();
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }

    private static IEnumerable<string> Faults(SweeperOptions options)
    {
        if (options.Interval < TimeSpan.FromSeconds(1) || options.Interval > Day) yield return "Sweeper:Interval must be from 00:00:01 to 1.00:00:00.";
        if (options.BatchSize is < 1 or > SweeperOptions.LargestBatch) yield return $"Sweeper:BatchSize must be from 1 to {SweeperOptions.LargestBatch}.";
        if (options.StatementTimeout < TimeSpan.FromMilliseconds(10) || options.StatementTimeout > TimeSpan.FromMinutes(1)) yield return "Sweeper:StatementTimeout must be from 00:00:00.010 to 00:01:00.";
        if (options.Pause < TimeSpan.Zero || options.Pause > TimeSpan.FromSeconds(10)) yield return "Sweeper:Pause must be from 00:00:00 to 00:00:10.";
        if (options.KeepRefreshTokens < TimeSpan.Zero || options.KeepRefreshTokens > TimeSpan.FromDays(400)) yield return "Sweeper:KeepRefreshTokens must be from 00:00:00 to 400.00:00:00.";
    }
}
