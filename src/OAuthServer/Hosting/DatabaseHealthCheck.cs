using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;

namespace OAuthServer.Hosting;

/// <summary>Whether PostgreSQL answers.</summary>
internal sealed class DatabaseHealthCheck(NpgsqlDataSource database) : IHealthCheck
{
    /// <inheritdoc/>
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            await using var command = database.CreateCommand("SELECT 1");
            await command.ExecuteScalarAsync(cancellationToken);
            return HealthCheckResult.Healthy();
        }
        catch (NpgsqlException outage)
        {
            return new HealthCheckResult(context.Registration.FailureStatus, "The database does not answer.", outage);
        }
    }
}
