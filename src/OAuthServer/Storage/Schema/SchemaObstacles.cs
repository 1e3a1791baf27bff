using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace OAuthServer.Storage.Schema;

/// <summary>A session in words.</summary>
internal sealed record SessionText(string Text);

/// <summary>What stands in the way of a script.</summary>
internal static class SchemaObstacles
{
    /// <summary>
    /// The sessions, oldest first, whose transactions are older than <paramref name="age"/> and hold a lock on a
    /// table of ours; empty when none is to be seen. What they say is not shown: it may hold what nobody should
    /// read.
    /// </summary>
    public static async Task<IReadOnlyList<string>> LockHoldersAsync(
        OAuthDbContext db, TimeSpan age, CancellationToken ct)
    {
        var holders = await db.AllAsync<SessionText>($"""
            SELECT format('session %s (%s, %s, transaction open for %s s)', pid,
                          coalesce(nullif(application_name, ''), 'unnamed'), coalesce(state, 'unknown'),
                          extract(epoch FROM now() - xact_start)::bigint) AS text
            FROM pg_stat_activity
            WHERE datname = current_database() AND pid <> pg_backend_pid() AND xact_start < now() - {age}
              AND pid IN (SELECT l.pid FROM pg_locks l JOIN pg_class c ON c.oid = l.relation
                          WHERE l.granted
                            AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
                            AND c.relnamespace = current_schema()::regnamespace)
            ORDER BY xact_start LIMIT 3
            """, ct);
        return [.. holders.Select(holder => holder.Text)];
    }
}

/// <summary>Maps what the statement answers with.</summary>
internal sealed class SessionTextRow : IEntityTypeConfiguration<SessionText>
{
    public void Configure(EntityTypeBuilder<SessionText> builder) => builder.HasNoKey().ToView(null);
}
