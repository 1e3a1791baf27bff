using OAuthServer.Bench.Database;

namespace OAuthServer.Bench.Scale;

/// <summary>Bytes of one row of a table, and of its entries in the indexes.</summary>
internal readonly record struct RowSize(double Row, double Indexes)
{
    public double Total => Row + Indexes;
}

/// <summary>What rows take on disk, read from a real database; the log (WAL) is what <c>growth</c> measured.</summary>
internal sealed record MeasuredSizes(RowSize Session, RowSize Code, RowSize AuditEvent)
{
    private const string Codes = """
        INSERT INTO oauth_authorization_codes (id, code, client_id, user_id, redirect_uri, redirect_uri_was_sent, scope,
            code_challenge, ticket_id, resources, session_id, auth_time, acr, amr, created_at, expires_at, used_at)
        SELECT md5('grant' || n)::uuid, sha256(convert_to('code' || n, 'UTF8')), 'demo-web',
            md5('person' || n % 1000)::uuid,
               'https://app.example.com/callback', true, 'read write', rpad('', 43, md5(n::text)),
               md5('ticket' || n)::uuid,
               ARRAY['https://api.example.com'], md5('session' || n)::uuid, now(), '1fa', ARRAY['pwd'],
               at, at + interval '1 minute', at
        FROM generate_series(1, $1) n, LATERAL (SELECT now() - n * interval '1 second' AS at) AS times
        """;

    private const string Events = """
        INSERT INTO oauth_audit_events (occurred_at, event, client_id, user_id, grant_id, address, correlation_id)
        SELECT now() - ($1 - n) * interval '1 second', 'refresh_token_rotated', 'demo-web',
            md5('person' || n % 1000)::uuid,
               md5('grant' || n)::uuid, '203.0.113.' || n % 256, md5(n::text)
        FROM generate_series(1, $1) n
        """;

    /// <summary>Measures them on a migrated database that has so many sessions already.</summary>
    public static async Task<MeasuredSizes> ReadAsync(BenchDatabase database, long rows, CancellationToken ct)
    {
        await database.ExecuteAsync(Codes, ct, rows);
        await database.ExecuteAsync(Events, ct, rows);
        return new MeasuredSizes(
            await SizeAsync("oauth_refresh_tokens"),
            await SizeAsync("oauth_authorization_codes"),
            await SizeAsync("oauth_audit_events"));

        async Task<RowSize> SizeAsync(string table)
        {
            await database.ExecuteAsync($"VACUUM ANALYZE {table}", ct);
            return new RowSize(await OfAsync("table", table), await OfAsync("indexes", table));
        }

        async Task<double> OfAsync(string part, string table) => await Sql.ScalarAsync<double>(
            database.ConnectionString,
            $"SELECT pg_{part}_size('{table}')::float8 / (SELECT count(*) FROM {table})",
            ct);
    }
}
