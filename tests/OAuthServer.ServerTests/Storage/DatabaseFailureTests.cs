using Npgsql;
using OAuthServer.Protocol;
using OAuthServer.Storage;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Storage;

/// <summary>A failure of the database looks the same from a query, from a statement and from a saved change.</summary>
public sealed class DatabaseFailureTests
{
    private static readonly AuditEvent SignOut = new(AuditEventNames.SignOut, null, AuditContext.Command);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_row_that_is_refused_is_the_refusal_itself()
    {
        await using var database = await TestDatabase.CreateAsync();
        await database.ExecuteAsync("ALTER TABLE oauth_audit_events ADD CONSTRAINT never CHECK (false)");

        var refusal = await Assert.ThrowsAsync<PostgresException>(
            () => new AuditEvents(database.Contexts).RecordAsync(SignOut, Ct));

        Assert.Equal((PostgresErrorCodes.CheckViolation, "never"), (refusal.SqlState, refusal.ConstraintName));
    }

    [Fact]
    public async Task A_database_that_is_away_is_an_outage_to_who_reads_and_to_who_writes()
    {
        await using var nowhere = OAuthDatabase.Open("Host=127.0.0.1;Port=1;Username=oauth;Database=oauth;Timeout=2");
        var audit = new AuditEvents(nowhere);

        foreach (var ask in (Func<Task>[])[() => audit.RecordAsync(SignOut, Ct), () => audit.FindAsync(new(), 1, Ct)])
        {
            var outage = await Assert.ThrowsAsync<NpgsqlException>(ask);
            Assert.True(DatabaseFailure.Is(outage));
        }
    }

    // Npgsql answers a statement with the columns of another one when a timeout struck while it prepared.
    [Fact]
    public async Task Rows_that_do_not_fit_their_statement_are_an_outage_and_end_the_session()
    {
        await using var database = await TestDatabase.CreateAsync();
        await using (var db = database.Contexts.CreateDbContext())
        {
            var fit = await db.OnceAsync<WritableDatabase>($"SELECT false AS is_standby, true AS is_read_only", Ct);
            Assert.Equal(new WritableDatabase(false, true), fit);
        }

        var session = await SessionAsync(database);
        await using (var db = database.Contexts.CreateDbContext())
        {
            var outage = await Assert.ThrowsAsync<OutcomeUnknownException>(
                () => db.OnceAsync<WritableDatabase>($"SELECT false AS is_standby", Ct));
            Assert.True(DatabaseFailure.Is(outage));
        }

        await Eventually.BecomesTrue(
            async () => await SessionAsync(database) != session,
            TimeSpan.FromSeconds(20),
            "the session is not used again");
    }

    // Of the server: the question has a pool of its own.
    private static Task<int> SessionAsync(TestDatabase database) => database.ScalarAsync<int>(
        """
        SELECT coalesce(min(pid), 0) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid() AND query LIKE 'SELECT false AS is_standby%'
        """);
}
