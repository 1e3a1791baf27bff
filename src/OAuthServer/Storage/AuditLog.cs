using System.Runtime.CompilerServices;
using Npgsql;

namespace OAuthServer.Storage;

/// <summary>A stored row of <c>oauth_audit_events</c>.</summary>
/// <param name="OccurredAt">In UTC, to the microsecond.</param>
internal sealed record AuditRow(
    long Id, DateTime OccurredAt, string Event, string? Reason, string? ClientId, Guid? UserId, Guid? FamilyId, string? Address, string? CorrelationId, string? KeyId);

/// <summary>What to look for; null asks for nothing. All that is given must hold.</summary>
/// <param name="AboveId">Rows with a higher id only.</param>
/// <param name="Since">This moment or later.</param>
/// <param name="Until">Before this moment.</param>
internal sealed record AuditFilter(
    long? AboveId = null, DateTimeOffset? Since = null, DateTimeOffset? Until = null, string? Event = null, string? Reason = null,
    string? ClientId = null, Guid? UserId = null, string? Address = null, string? CorrelationId = null);

/// <summary>Reading the audit log; the server itself only writes it.</summary>
internal sealed class AuditLog(NpgsqlDataSource database)
{
    private const string Find = $"""
        SELECT {AuditEvents.Columns} FROM oauth_audit_events
        WHERE ($1 IS NULL OR id > $1) AND ($2 IS NULL OR occurred_at >= $2) AND ($3 IS NULL OR occurred_at < $3)
          AND ($4 IS NULL OR event = $4) AND ($5 IS NULL OR reason = $5) AND ($6 IS NULL OR client_id = $6)
          AND ($7::uuid IS NULL OR user_id = $7) AND ($8 IS NULL OR address = $8) AND ($9 IS NULL OR correlation_id = $9)
        ORDER BY id DESC LIMIT $10
        """;

    private const string Range = $"SELECT {AuditEvents.Columns} FROM oauth_audit_events WHERE id BETWEEN $1 AND $2 ORDER BY id";

    /// <summary>The newest rows that match, oldest of them first.</summary>
    public async Task<IReadOnlyList<AuditRow>> FindAsync(AuditFilter filter, int limit, CancellationToken ct)
    {
        await using var command = database.CreateCommand(Find);
        command.Parameters.AddNumber(filter.AboveId).AddTime(filter.Since?.UtcDateTime).AddTime(filter.Until?.UtcDateTime)
            .AddText(filter.Event).AddText(filter.Reason).AddText(filter.ClientId).AddUuid(filter.UserId)
            .AddText(filter.Address).AddText(filter.CorrelationId).AddNumber(limit);
        await using var row = await command.ExecuteReaderAsync(ct);
        var found = new List<AuditRow>();
        while (await row.ReadAsync(ct)) found.Add(AuditEvents.Read(row));
        found.Reverse();
        return found;
    }

    /// <summary>Every row from one id to another, in order.</summary>
    public async IAsyncEnumerable<AuditRow> RangeAsync(long fromId, long toId, [EnumeratorCancellation] CancellationToken ct)
    {
        await using var command = database.CreateCommand(Range);
        command.Parameters.AddNumber(fromId).AddNumber(toId);
        await using var row = await command.ExecuteReaderAsync(ct);
        while (await row.ReadAsync(ct)) yield return AuditEvents.Read(row);
    }

    /// <summary>How many rows there are from one id to another, and when the first of them happened.</summary>
    public async Task<(long Rows, DateTime? Oldest)> CountAsync(long fromId, long toId, CancellationToken ct)
    {
        await using var command = database.CreateCommand("SELECT count(*), min(occurred_at) FROM oauth_audit_events WHERE id BETWEEN $1 AND $2");
        command.Parameters.AddNumber(fromId).AddNumber(toId);
        await using var row = await command.ExecuteReaderAsync(ct);
        await row.ReadAsync(ct);
        return (row.GetInt64(0), row.IsDBNull(1) ? null : row.GetDateTime(1));
    }
}
