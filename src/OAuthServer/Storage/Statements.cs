using System.Diagnostics.CodeAnalysis;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using NpgsqlTypes;

namespace OAuthServer.Storage;

/// <summary>
/// Runs statements that have to stay as they are written: their row is the answer, and "once" is what they are for.
/// docs/decisions/001-one-statement-beside-ef.md says why they are not LINQ.
/// </summary>
internal static class Statements
{
    /// <summary>The row that the statement answers with, or null when it has none.</summary>
    public static async Task<T?> OnceAsync<T>(this OAuthDbContext db, FormattableString sql, CancellationToken ct)
        where T : class
    {
        // An operator here would wrap the statement, and PostgreSQL takes a writing CTE only at the top (0A000).
        var rows = await db.Set<T>().FromSql(sql).ToListAsync(ct);
        return rows.Count == 0 ? null : rows[0];
    }

    /// <summary>
    /// Whether the last statement answered with a row. When none came and it had been tried twice, the first try could
    /// be why, and nobody may be told that somebody else was there before.
    /// </summary>
    /// <exception cref="OutcomeUnknownException">It was tried twice and answered with nothing.</exception>
    public static bool IsAnswered(this OAuthDbContext db, [NotNullWhen(true)] object? row)
    {
        if (row is null && db.TriedAgain)
            throw new OutcomeUnknownException("The first try of the statement may have counted.");
        return row is not null;
    }

    /// <summary>Every row that the statement answers with.</summary>
    public static async Task<IReadOnlyList<T>> AllAsync<T>(
        this OAuthDbContext db, FormattableString sql, CancellationToken ct)
        where T : class =>
        await db.Set<T>().FromSql(sql).ToListAsync(ct);

    /// <summary>Every entity that the statement answers with, tracked: what is set on it can be saved.</summary>
    public static Task<List<T>> TrackedAsync<T>(this OAuthDbContext db, FormattableString sql, CancellationToken ct)
        where T : class =>
        db.Set<T>().FromSql(sql).AsTracking().ToListAsync(ct);

    /// <summary>Runs a statement that answers with no row.</summary>
    public static Task RunAsync(this OAuthDbContext db, FormattableString sql, CancellationToken ct) =>
        db.Database.CreateExecutionStrategy().ExecuteAsync(
            (db, sql), static (ask, token) => ask.db.Database.ExecuteSqlAsync(ask.sql, token), ct);

    /// <summary>Runs statements as they stand: no brace in them is the place of a value.</summary>
    public static Task RunScriptAsync(this OAuthDbContext db, string sql, CancellationToken ct) =>
        db.Database.ExecuteSqlRawAsync(EscapeBraces(sql), ct);

    /// <summary>
    /// A part of a statement with its braces doubled, or they would be taken for the places of values.
    /// </summary>
    public static string EscapeBraces(string sql) =>
        sql.Replace("{", "{{", StringComparison.Ordinal).Replace("}", "}}", StringComparison.Ordinal);
}

/// <summary>
/// Values that may be NULL, with their type: an untyped NULL would be another statement to PostgreSQL, prepared anew.
/// </summary>
internal static class OrNull
{
    public static NpgsqlParameter Text(string? value) => Of(value, NpgsqlDbType.Text);

    public static NpgsqlParameter Texts(string[]? value) => Of(value, NpgsqlDbType.Array | NpgsqlDbType.Text);

    public static NpgsqlParameter Bytes(byte[]? value) => Of(value, NpgsqlDbType.Bytea);

    public static NpgsqlParameter Number(int? value) => Of(value, NpgsqlDbType.Integer);

    public static NpgsqlParameter Uuid(Guid? value) => Of(value, NpgsqlDbType.Uuid);

    public static NpgsqlParameter Moment(DateTime? value) => Of(value, NpgsqlDbType.TimestampTz);

    private static NpgsqlParameter Of(object? value, NpgsqlDbType type) =>
        new() { Value = value ?? DBNull.Value, NpgsqlDbType = type };
}
