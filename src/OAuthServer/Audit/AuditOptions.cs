using Microsoft.Extensions.Options;

namespace OAuthServer.Audit;

/// <summary>The section <c>Audit</c>: how soon audit rows are sealed and how long they stay.</summary>
internal sealed class AuditOptions
{
    /// <summary>The name of the configuration section.</summary>
    public const string Section = "Audit";

    /// <summary>The time between two rounds of sealing: a row is sealed about this long after it was written, at the latest.</summary>
    public TimeSpan SealInterval { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>How long audit rows stay. Whole sealed days leave; their seals stay.</summary>
    public TimeSpan Retention { get; set; } = TimeSpan.FromDays(400);
}

/// <summary>Lists every fault of <see cref="AuditOptions"/>.</summary>
internal sealed class AuditOptionsValidator : IValidateOptions<AuditOptions>
{
    private static readonly TimeSpan Century = TimeSpan.FromDays(36500);

    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, AuditOptions options)
    {
        var faults = Faults(options).ToList();
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }

    private static IEnumerable<string> Faults(AuditOptions options)
    {
        if (options.SealInterval < TimeSpan.FromSeconds(1) || options.SealInterval > TimeSpan.FromDays(1)) yield return "Audit:SealInterval must be from 00:00:01 to 1.00:00:00.";
        if (options.Retention < TimeSpan.FromDays(1) || options.Retention > Century) yield return "Audit:Retention must be from 1.00:00:00 to 36500.00:00:00.";
    }
}
