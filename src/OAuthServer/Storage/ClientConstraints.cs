using System.Globalization;
using System.Text;
using System.Text.Json;
using Npgsql;
using NpgsqlTypes;

namespace OAuthServer.Storage;

/// <summary>A CHECK constraint that a row would break. Its name says what is wrong.</summary>
/// <param name="ClientId">The row.</param>
/// <param name="Name">For instance <c>redirect_uri_has_no_fragment</c>.</param>
internal sealed record BrokenConstraint(string ClientId, string Name);

/// <summary>
/// Asks the CHECK constraints of <c>oauth_clients</c> about rows that are not in it yet: every one of every row, where an INSERT
/// would name the first alone. The rules stay in one place, the schema; nothing is written.
/// </summary>
internal sealed class ClientConstraints(NpgsqlDataSource database)
{
    private const string Checks = """
        SELECT quote_literal(conname), pg_get_expr(conbin, conrelid) FROM pg_constraint
        WHERE conrelid = 'oauth_clients'::regclass AND contype = 'c' ORDER BY conname
        """;

    private static readonly JsonSerializerOptions Columns = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    /// <summary>What these rows would break, row by row.</summary>
    public async Task<IReadOnlyList<BrokenConstraint>> FindBrokenAsync(IReadOnlyCollection<ClientRow> rows, CancellationToken ct)
    {
        await using var connection = await database.OpenConnectionAsync(ct);
        var sql = new StringBuilder("SELECT client_id, array_remove(ARRAY[NULL");
        await using (var checks = new NpgsqlCommand(Checks, connection))
        {
            await using var check = await checks.ExecuteReaderAsync(ct);
            while (await check.ReadAsync(ct)) sql.Append(CultureInfo.InvariantCulture, $", CASE WHEN NOT ({check.GetString(1)}) THEN {check.GetString(0)} END");
        }

        sql.Append("]::text[], NULL) FROM jsonb_populate_recordset(NULL::oauth_clients, $1)");
        await using var ask = new NpgsqlCommand(sql.ToString(), connection);
        ask.Parameters.Add(new NpgsqlParameter { Value = JsonSerializer.Serialize(rows, Columns), NpgsqlDbType = NpgsqlDbType.Jsonb });
        await using var row = await ask.ExecuteReaderAsync(ct);
        var broken = new List<BrokenConstraint>();
        while (await row.ReadAsync(ct))
            broken.AddRange(row.GetFieldValue<string[]>(1).Select(name => new BrokenConstraint(row.GetString(0), name)));
        return broken;
    }
}
