using System.Net;
using OAuthServer.Testing;

namespace OAuthServer.OperatorTests.Hosting;

/// <summary>The retry window counts from when a request came, not from when the database got to it.</summary>
public sealed class RetryWindowTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Theory, Row("REF-13")]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_repetition_that_the_database_kept_waiting_counts_from_its_arrival(bool inTime)
    {
        await using var cluster = await SeededCluster.CreateAsync();
        await using var server = await cluster.ServeAsync(("OAuth:RefreshRetryWindow", "00:00:02"));
        var tokens = await server.TokensAsync();
        var first = await server.RefreshAsync(tokens.RefreshToken);
        Assert.Equal(HttpStatusCode.OK, first.Status);
        if (!inTime) await UsedForAsync(cluster);

        await using var connection = await cluster.ConnectAsync();
        await using var transaction = await connection.BeginTransactionAsync(TestContext.Current.CancellationToken);
        await using (var hold = connection.CreateCommand())
        {
            hold.CommandText = "LOCK TABLE oauth_refresh_tokens IN EXCLUSIVE MODE";
            await hold.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }

        var repetition = server.RefreshAsync(tokens.RefreshToken);
        await Eventually.BecomesTrue(
            async () => await cluster.ScalarAsync<long>(
                "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND usename = 'app'") == 1,
            Patience, "the repetition waits in the database");
        await UsedForAsync(cluster);
        await transaction.RollbackAsync(TestContext.Current.CancellationToken);

        var answer = await repetition;
        if (inTime) Assert.Equal((HttpStatusCode.OK, first.RefreshToken), (answer.Status, answer.RefreshToken));
        else Assert.Equal((HttpStatusCode.BadRequest, "invalid_grant"), (answer.Status, answer.Error));
    }

    // Until the window would be over for who counts from now on.
    private static Task UsedForAsync(SeededCluster cluster) => Eventually.BecomesTrue(
        () => cluster.ScalarAsync<bool>(
            "SELECT bool_or(rotated_at < now() - interval '2.2 s') FROM oauth_refresh_tokens"),
        Patience, "the window is over");
}
