using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace OAuthServer.Clients;

/// <summary>Not ready before the APIs were read once: until then the metadata cannot list their scopes.</summary>
internal sealed class ResourceHealthCheck(ResourceDirectory directory) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(directory.LastKnown is null
            ? HealthCheckResult.Unhealthy("The APIs (oauth_resources) were not read yet.")
            : HealthCheckResult.Healthy());
}
