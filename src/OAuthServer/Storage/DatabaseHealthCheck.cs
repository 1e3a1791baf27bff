using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace OAuthServer.Storage;

/// <summary>Whether what is written now would be taken.</summary>
internal sealed record WritableDatabase(bool IsStandby, bool IsReadOnly);

/// <summary>
/// Ready means that the database can be written: a standby, read-only transactions and a database that does not answer
/// in time are not, each with its reason.
/// </summary>
internal sealed class DatabaseHealthCheck(IDbContextFactory<OAuthDbContext> contexts) : IHealthCheck
{
    /// <summary>Shorter than balancers wait for a probe.</summary>
    public static TimeSpan Limit => TimeSpan.FromSeconds(3);

    /// <inheritdoc/>
    public async Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            await using var db = await contexts.CreateDbContextAsync(cancellationToken);
            return await db.OnceAsync<WritableDatabase>($"""
                SELECT pg_is_in_recovery() AS is_standby,
                       current_setting('transaction_read_only')::boolean AS is_read_only
                """, cancellationToken) switch
            {
                { IsStandby: true } => HealthCheckResult.Unhealthy("The database is a standby, which takes no writes."),
                { IsReadOnly: true } => HealthCheckResult.Unhealthy("The database is read-only."),
                _ => HealthCheckResult.Healthy(),
            };
        }
        catch (OperationCanceledException)
        {
            return HealthCheckResult.Unhealthy($"The database did not answer within {Limit.TotalSeconds:0} seconds.");
        }
        catch (Exception outage) when (DatabaseFailure.Is(outage))
        {
            return HealthCheckResult.Unhealthy($"The database cannot be used: {outage.Message}", outage);
        }
    }
}

/// <summary>Maps what the statement answers with.</summary>
internal sealed class WritableDatabaseRow : IEntityTypeConfiguration<WritableDatabase>
{
    public void Configure(EntityTypeBuilder<WritableDatabase> builder) => builder.HasNoKey().ToView(null);
}
