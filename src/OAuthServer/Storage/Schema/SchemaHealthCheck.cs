using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace OAuthServer.Storage.Schema;

/// <summary>
/// Not ready while the schema is behind this build. Scripts are never taken back, so the good answer is kept and asks
/// the database no more; that the database answers at all is another check's business.
/// </summary>
internal sealed class SchemaHealthCheck(SchemaVersion schema) : IHealthCheck
{
    private volatile bool _ready;

    public async Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        if (_ready) return HealthCheckResult.Healthy();
        try
        {
            var comparison = await schema.CompareAsync(cancellationToken);
            _ready = comparison.IsReady;
            return _ready
                ? HealthCheckResult.Healthy()
                : HealthCheckResult.Unhealthy(
                    $"The database lacks {string.Join(", ", comparison.Missing)}: run `OAuthServer migrate`.");
        }
        catch (Exception outage) when (DatabaseFailure.Is(outage))
        {
            return HealthCheckResult.Unhealthy($"The schema is not known: {outage.Message}");
        }
    }
}
