using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace OAuthServer.Keys;

/// <summary>Ready means able to sign: unhealthy, with the reason, while there is no signing key; degraded on stale ones.</summary>
internal sealed class KeyRingHealthCheck(KeyRing ring) : IHealthCheck
{
    /// <inheritdoc/>
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult((ring.Current, ring.Fault) switch
        {
            (null, var reason) => HealthCheckResult.Unhealthy($"There is no signing key: {reason ?? "the store has not answered yet"}."),
            ({ } keys, null) => HealthCheckResult.Healthy($"Signing with {keys.Signing.KeyId}."),
            ({ } keys, var reason) => HealthCheckResult.Degraded($"Signing with {keys.Signing.KeyId}, which could not be refreshed: {reason}."),
        });
}
