using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Npgsql;
using NpgsqlTypes;

namespace OAuthServer.Storage;

/// <summary>A CHECK constraint that a row would break. Its name says what is wrong.</summary>
/// <param name="ClientId">The row.</param>
/// <param name="Name">For instance <c>redirect_uri_has_no_fragment</c>.</param>
internal sealed record BrokenConstraint(string ClientId, string Name);

/// <summary>A CHECK constraint as the catalogue has it: its name as a literal, and its expression.</summary>
internal sealed record CheckConstraint(string Name, string Expression);

/// <summary>The constraints that a row would break.</summary>
internal sealed record BrokenRow(string ClientId, string[] Names);

/// <summary>
/// Asks the CHECK constraints of <c>oauth_clients</c> about rows that are not in it yet: every one of every row,
/// where an INSERT would name the first alone. The rules stay in one place, the schema; nothing is written.
/// </summary>
internal sealed class ClientConstraints(IDbContextFactory<OAuthDbContext> contexts)
{
    private static readonly JsonSerializerOptions Columns = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
    };

    /// <summary>What these rows would break, row by row.</summary>
    public async Task<IReadOnlyList<BrokenConstraint>> FindBrokenAsync(
        IReadOnlyCollection<ClientRow> rows, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await FindBrokenAsync(db, rows, ct);
    }

    /// <summary>The same, on a connection that there is.</summary>
    internal static async Task<IReadOnlyList<BrokenConstraint>> FindBrokenAsync(
        OAuthDbContext db, IReadOnlyCollection<ClientRow> rows, CancellationToken ct)
    {
        var checks = await db.AllAsync<CheckConstraint>($"""
            SELECT quote_literal(conname) AS name, pg_get_expr(conbin, conrelid) AS expression FROM pg_constraint
            WHERE conrelid = 'oauth_clients'::regclass AND contype = 'c' ORDER BY conname
            """, ct);
        var broken = await db.AllAsync<BrokenRow>(Question(checks, JsonSerializer.Serialize(rows, Columns)), ct);
        return [.. broken.SelectMany(row => row.Names.Select(name => new BrokenConstraint(row.ClientId, name)))];
    }

    private static FormattableString Question(IReadOnlyList<CheckConstraint> checks, string rows)
    {
        var sql = new StringBuilder("SELECT client_id, array_remove(ARRAY[NULL");
        foreach (var check in checks)
        {
            var (name, holds) = (Statements.EscapeBraces(check.Name), Statements.EscapeBraces(check.Expression));
            sql.Append(CultureInfo.InvariantCulture, $", CASE WHEN NOT ({holds}) THEN {name} END");
        }

        sql.Append("]::text[], NULL) AS names FROM jsonb_populate_recordset(NULL::oauth_clients, {0})");
        return FormattableStringFactory.Create(
            sql.ToString(), new NpgsqlParameter { Value = rows, NpgsqlDbType = NpgsqlDbType.Jsonb });
    }
}

/// <summary>Maps what the statements answer with.</summary>
internal sealed class ClientConstraintRows
    : IEntityTypeConfiguration<CheckConstraint>, IEntityTypeConfiguration<BrokenRow>
{
    public void Configure(EntityTypeBuilder<CheckConstraint> builder) => builder.HasNoKey().ToView(null);

    public void Configure(EntityTypeBuilder<BrokenRow> builder) => builder.HasNoKey().ToView(null);
}
