using System.Globalization;
using Npgsql;
using OAuthServer.Storage;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Storage;

/// <summary>What PostgreSQL makes of the statement that withdraws a grant, once it is prepared for good.</summary>
public sealed class WithdrawalPlanTests
{
    [Fact]
    public async Task Withdrawing_a_grant_looks_its_code_and_refresh_token_up_by_the_grant()
    {
        await using var database = await TestData.CreateDatabaseAsync();
        await using var connection = await database.DataSource.OpenConnectionAsync(
            TestContext.Current.CancellationToken);
        // A plan for any parameters, as a prepared statement gets after some uses; and no whole scan only since the
        // tables are empty.
        await ExecuteAsync(
            connection,
            "SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off; SET enable_bitmapscan = off");
        await ExecuteAsync(
            connection,
            $"PREPARE withdraw (uuid, text, uuid, interval, text, text, text, text) AS {Statement(database)}");

        await using var explain = new NpgsqlCommand(
            "EXPLAIN EXECUTE withdraw (gen_random_uuid(), 'c', gen_random_uuid(), '1 hour', 'e', 'r', 'a', 'i')",
            connection);
        var conditions = new List<string>();
        await using var plan = await explain.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        while (await plan.ReadAsync(TestContext.Current.CancellationToken))
        {
            if (plan.GetString(0).Contains("Index Cond: ((user_id", StringComparison.Ordinal))
                conditions.Add(plan.GetString(0));
        }

        Assert.Equal(2, conditions.Count);
        Assert.All(conditions, condition => Assert.Contains("(id = $3)", condition, StringComparison.Ordinal));
    }

    // As the server says it, with $1 to $8 for its values.
    private static string Statement(TestDatabase database)
    {
        var withdrawal = new Withdrawal(
            Guid.Empty, "c", Guid.Empty, AuditEventNames.TokenRevoked, null, new(null, null));
        var statement = new Grants(database.Contexts, new(TimeSpan.FromHours(1))).Statement(withdrawal);
        return string.Format(
            CultureInfo.InvariantCulture,
            statement.Format,
            [.. Enumerable.Range(1, statement.ArgumentCount).Select(n => $"${n}")]);
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }
}
