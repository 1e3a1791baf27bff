using Npgsql;

namespace OAuthServer.Bench.Floor;

/// <summary>Authorization codes in one table that only the primary key indexes.</summary>
internal sealed class Codes(NpgsqlDataSource database)
{
    private const string Schema = """
        CREATE TABLE IF NOT EXISTS floor_codes (
            code_hash   bytea       PRIMARY KEY,
            user_id     uuid        NOT NULL,
            client_id   text        NOT NULL,
            scope       text        NOT NULL,
            challenge   text        NOT NULL,
            expires_at  timestamptz NOT NULL,
            used_at     timestamptz
        )
        """;

    private const string Issue = "INSERT INTO floor_codes VALUES ($1, $2, $3, $4, $5, now() + interval '10 minutes')";

    // One statement, one commit: the code is spent and the refresh token stored, or neither.
    private const string Redeem = """
        WITH spent AS (
            UPDATE floor_codes SET used_at = now() WHERE code_hash = $1 AND challenge = $2 AND used_at IS NULL
                AND expires_at > now()
            RETURNING user_id, client_id, scope
        ), first AS (
            INSERT INTO floor_tokens SELECT $3, user_id, client_id, scope, now() + interval '7 days' FROM spent
        )
        SELECT user_id, client_id, scope FROM spent
        """;

    /// <summary>Makes the table.</summary>
    public async Task PrepareAsync()
    {
        await using var schema = database.CreateCommand(Schema);
        await schema.ExecuteNonQueryAsync();
    }

    /// <summary>Stores a code for a person.</summary>
    public async Task IssueAsync(byte[] hash, Guid person, string challenge, CancellationToken ct)
    {
        await using var command = database.CreateCommand(Issue);
        command.Parameters.Add(new NpgsqlParameter<byte[]> { TypedValue = hash });
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = person });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = Grant.Example.ClientId });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = Grant.Example.Scope });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = challenge });
        await command.ExecuteNonQueryAsync(ct);
    }

    /// <summary>
    /// Spends a code for a first refresh token; null when it is unknown, spent, or not this verifier's.
    /// </summary>
    public async Task<Grant?> RedeemAsync(byte[] hash, string challenge, byte[] refreshToken, CancellationToken ct)
    {
        await using var command = database.CreateCommand(Redeem);
        command.Parameters.Add(new NpgsqlParameter<byte[]> { TypedValue = hash });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = challenge });
        command.Parameters.Add(new NpgsqlParameter<byte[]> { TypedValue = refreshToken });
        await using var row = await command.ExecuteReaderAsync(ct);
        return await row.ReadAsync(ct) ? new Grant(row.GetGuid(0), row.GetString(1), row.GetString(2)) : null;
    }
}
