using System.Threading.RateLimiting;

namespace OAuthServer.RateLimits;

/// <summary>
/// What a window answers. Permits are used up and not given back, so there is nothing to dispose of.
/// </summary>
internal sealed class BudgetLease(bool acquired, BudgetState state) : RateLimitLease
{
    private static readonly string[] OfRefused = [MetadataName.RetryAfter.Name];

    /// <summary>The budget afterwards.</summary>
    public BudgetState State => state;

    /// <inheritdoc/>
    public override bool IsAcquired => acquired;

    /// <inheritdoc/>
    public override IEnumerable<string> MetadataNames => acquired ? [] : OfRefused;

    /// <inheritdoc/>
    public override bool TryGetMetadata(string metadataName, out object? metadata)
    {
        metadata = !acquired && metadataName == MetadataName.RetryAfter.Name ? state.Reset : null;
        return metadata is not null;
    }
}
