using System.Collections.Concurrent;
using System.Security.Cryptography;
using Npgsql;

namespace OAuthServer.Bench.Floor;

/// <summary>Refresh tokens in one table that only the primary key indexes.</summary>
internal sealed class Chains(NpgsqlDataSource database) : IAsyncDisposable
{
    private const string Schema = """
        CREATE TABLE IF NOT EXISTS floor_tokens (
            token_hash  bytea       PRIMARY KEY,
            user_id     uuid        NOT NULL,
            client_id   text        NOT NULL,
            scope       text        NOT NULL,
            expires_at  timestamptz NOT NULL,
            used_at     timestamptz
        )
        """;

    private const string Begin = "INSERT INTO floor_tokens VALUES ($1, $2, $3, $4, now() + interval '7 days')";

    // One statement, one commit: the presented token is spent and its successor stored, or neither.
    private const string Rotate = """
        WITH spent AS (
            UPDATE floor_tokens SET used_at = now() WHERE token_hash = $1 AND used_at IS NULL AND expires_at > now()
            RETURNING user_id, client_id, scope
        ), successor AS (
            INSERT INTO floor_tokens SELECT $2, user_id, client_id, scope, now() + interval '7 days' FROM spent
        )
        SELECT user_id, client_id, scope FROM spent
        """;

    /// <summary>Codes in the same database.</summary>
    public Codes Codes { get; } = new(database);

    /// <summary>Clients' own tokens in the same database.</summary>
    public OwnTokens Own { get; } = new(database);

    private readonly ConcurrentBag<byte[]> _own = [];

    /// <summary>
    /// Connects and makes the table. Statements prepare themselves and connections go back to the pool as they are.
    /// </summary>
    public static async Task<Chains> OpenAsync(string connectionString)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString)
        {
            MaxAutoPrepare = 10,
            AutoPrepareMinUsages = 2,
            NoResetOnClose = true,
        };
        var database = NpgsqlDataSource.Create(settings);
        await using var schema = database.CreateCommand(Schema);
        await schema.ExecuteNonQueryAsync();
        var chains = new Chains(database);
        await chains.Codes.PrepareAsync();
        await chains.Own.PrepareAsync();
        return chains;
    }

    /// <summary>Stores the first token of a chain.</summary>
    public async Task BeginAsync(byte[] hash, CancellationToken ct)
    {
        await using var command = database.CreateCommand(Begin);
        command.Parameters.Add(new NpgsqlParameter<byte[]> { TypedValue = hash });
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = Grant.Example.UserId });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = Grant.Example.ClientId });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = Grant.Example.Scope });
        await command.ExecuteNonQueryAsync(ct);
    }

    /// <summary>Spends a token for its successor; null when it is unknown or spent.</summary>
    public async Task<Grant?> RotateAsync(byte[] presented, byte[] successor, CancellationToken ct)
    {
        await using var command = database.CreateCommand(Rotate);
        command.Parameters.Add(new NpgsqlParameter<byte[]> { TypedValue = presented });
        command.Parameters.Add(new NpgsqlParameter<byte[]> { TypedValue = successor });
        await using var row = await command.ExecuteReaderAsync(ct);
        return await row.ReadAsync(ct) ? new Grant(row.GetGuid(0), row.GetString(1), row.GetString(2)) : null;
    }

    /// <summary>The hash of a live token that nobody else uses, from a chain of this process's own.</summary>
    public async Task<byte[]> BorrowAsync(CancellationToken ct)
    {
        if (_own.TryTake(out var hash)) return hash;
        hash = SHA256.HashData(RandomNumberGenerator.GetBytes(32));
        await BeginAsync(hash, ct);
        return hash;
    }

    /// <summary>Gives a chain back with its newest token.</summary>
    public void Return(byte[] hash) => _own.Add(hash);

    /// <inheritdoc />
    public ValueTask DisposeAsync() => database.DisposeAsync();
}
