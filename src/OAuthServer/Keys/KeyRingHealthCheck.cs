using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace OAuthServer.Keys;

/// <summary>
/// Ready means able to sign: unhealthy, with the reason, while there is no signing key; degraded on stale ones.
/// </summary>
internal sealed class KeyRingHealthCheck(KeyRing ring) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context, CancellationToken cancellationToken = default) => Task.FromResult(Check());

    private HealthCheckResult Check()
    {
        var reason = ring.Fault;
        if (ring.Current is not { } keys)
        {
            reason ??= "the store has not answered yet";
            return HealthCheckResult.Unhealthy($"There is no signing key: {reason}.");
        }

        var key = keys.Signing.KeyId;
        return reason is null
            ? HealthCheckResult.Healthy($"Signing with {key}.")
            : HealthCheckResult.Degraded($"Signing with {key}, which could not be refreshed: {reason}.");
    }
}
