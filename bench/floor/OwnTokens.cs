using Npgsql;

namespace OAuthServer.Bench.Floor;

/// <summary>The record of access tokens that clients got for themselves: one insert each.</summary>
internal sealed class OwnTokens(NpgsqlDataSource database)
{
    private const string Schema = """
        CREATE TABLE IF NOT EXISTS floor_own_tokens (
            id         bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            client_id  text        NOT NULL,
            issued_at  timestamptz NOT NULL DEFAULT now()
        )
        """;

    /// <summary>Makes the table.</summary>
    public async Task PrepareAsync()
    {
        await using var schema = database.CreateCommand(Schema);
        await schema.ExecuteNonQueryAsync();
    }

    /// <summary>Records one.</summary>
    public async Task RecordAsync(string clientId, CancellationToken ct)
    {
        await using var command = database.CreateCommand("INSERT INTO floor_own_tokens (client_id) VALUES ($1)");
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = clientId });
        await command.ExecuteNonQueryAsync(ct);
    }
}
