using Microsoft.Extensions.Diagnostics.HealthChecks;
using OAuthServer.Storage;

namespace OAuthServer.UnitTests.Storage;

/// <summary>What readiness says of a database that cannot be had.</summary>
public sealed class DatabaseHealthCheckTests
{
    private readonly FailingDatabase _database = new();

    [Fact]
    public async Task A_database_that_is_away_is_not_ready_and_says_why() =>
        Assert.Equal(
            (HealthStatus.Unhealthy, "The database cannot be used: the database is away"), await HealthAsync());

    [Fact]
    public async Task A_database_that_does_not_answer_has_three_seconds()
    {
        _database.Failure = new OperationCanceledException();

        Assert.Equal((HealthStatus.Unhealthy, "The database did not answer within 3 seconds."), await HealthAsync());
        Assert.Equal(TimeSpan.FromSeconds(3), DatabaseHealthCheck.Limit);
    }

    [Fact]
    public async Task Any_other_failure_is_not_hidden()
    {
        _database.Failure = new InvalidOperationException("a bug");

        await Assert.ThrowsAsync<InvalidOperationException>(HealthAsync);
    }

    private async Task<(HealthStatus Status, string? Text)> HealthAsync()
    {
        var health = await new DatabaseHealthCheck(_database)
            .CheckHealthAsync(new HealthCheckContext(), TestContext.Current.CancellationToken);
        return (health.Status, health.Description);
    }
}
