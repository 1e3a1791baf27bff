using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace OAuthServer.Hosting;

/// <summary>An instance that was told to stop is not ready, although it still answers.</summary>
internal sealed class DrainHealthCheck(Drain drain) : IHealthCheck
{
    /// <inheritdoc/>
    public Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context, CancellationToken cancellationToken = default) => Task.FromResult(drain.HasBegun
            ? new HealthCheckResult(context.Registration.FailureStatus, "The instance was told to stop.")
            : HealthCheckResult.Healthy());
}
