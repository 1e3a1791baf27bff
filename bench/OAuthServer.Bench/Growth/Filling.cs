using OAuthServer.Bench.Database;
using OAuthServer.Bench.Servers;

namespace OAuthServer.Bench.Growth;

/// <summary>Bytes on disk of the families of refresh tokens, just after they were filled in.</summary>
internal sealed record TableSize(long Total, long Rows, long Indexes);

/// <summary>
/// Fills a database as years of use would: families in the order in which they began, each refreshed once already.
/// Indexes are built afterwards, which takes a minute instead of hours; they are packed, so that grown ones take
/// somewhat more.
/// </summary>
internal static class Filling
{
    private const string Table = "oauth_refresh_tokens";

    private const string Columns =
        "family, id, client_id, user_id, scope, token, previous_token, successor_nonce, device_fingerprint, "
            + "created_at, rotated_at, expires_at, family_expires_at, sweep_at, resources";

    private const string DefaultApi = "(SELECT ARRAY[canonical] FROM oauth_resources WHERE is_default)";

    private const string Clients = """
        INSERT INTO oauth_clients (client_id, name, application_type, redirect_uris, allowed_scopes)
        SELECT 'app-' || n, 'App ' || n, 'native', ARRAY[$1], ARRAY[$2] FROM generate_series(0, $3 - 1) n
        """;

    private const string People = """
        INSERT INTO accounts (id, user_name, normalized_user_name, email, normalized_email, email_confirmed,
            security_stamp)
        SELECT md5('person-' || n)::uuid, name, upper(name), name, upper(name), true, 'stamp'
        FROM generate_series(0, $1 - 1) n, concat('person-', n, '@example.com') name
        """;

    // The fingerprint is that of callers without any trait, as the load generator is: a changed one would be one more
    // audit row.
    private const string Families = $"""
        INSERT INTO {Table} ({Columns})
        SELECT began || sha256(shared), md5('family-' || family)::uuid, CASE WHEN $2 = 1 THEN $3
            ELSE concat('app-', family % $2) END,
               md5('person-' || family % $4)::uuid, $5,
               sha256(convert_to(rtrim(translate(encode(shared || decode(repeat('00', 24), 'hex') || int8send(family),
               'base64'), E'+/\n', '-_'), '='), 'UTF8')),
               sha256(convert_to(concat('previous', family), 'UTF8')), sha256(convert_to(concat('nonce', family),
               'UTF8')), sha256('\x0a0a'),
               created_at, expires_at - interval '7 days', expires_at, now() + interval '80 days', date_bin('24 hours',
               expires_at, created_at) + interval '24 hours', {DefaultApi}
        FROM generate_series(1, $1) family, int4send(($6 + family)::int) began,
             LATERAL (SELECT began || decode(repeat('00', 8), 'hex') || int8send(family) AS shared,
                             now() - interval '10 days' + family % 86400 * interval '1 second' AS created_at,
                             now() + interval '7 days' - family % 3600 * interval '1 second' AS expires_at) AS facts
        """;

    // Sessions that ended long before anything is measured, up to four weeks ago; they lie below the live ones.
    private const string Expired = $"""
        INSERT INTO {Table} ({Columns})
        SELECT int4send(n::int) || sha256(convert_to(concat('expired', n), 'UTF8')), md5('expired-' || n)::uuid, $2,
            md5('person-' || n % $3)::uuid, $4,
               sha256(convert_to(concat('live', n), 'UTF8')), sha256(convert_to(concat('previous', n), 'UTF8')),
               sha256(convert_to(concat('nonce', n), 'UTF8')), sha256('\x0a0a'),
               ended - interval '20 days', ended - interval '7 days', ended, ended + interval '70 days',
               ended + interval '24 hours', {DefaultApi}
        FROM generate_series(1, $1) n, LATERAL (SELECT now() - interval '3 days' - n % 2419200 * interval '1 second'
            AS ended) AS session
        """;

    private const string Indexes = $"""
        SELECT coalesce(string_agg(what, '; '), '') FROM (
            SELECT CASE WHEN $1 THEN pg_get_indexdef(i.indexrelid)
                ELSE format('DROP INDEX %s', i.indexrelid::regclass) END AS what
            FROM pg_index i WHERE i.indrelid = '{Table}'::regclass AND NOT EXISTS (SELECT FROM pg_constraint c
                WHERE c.conindid = i.indexrelid)
            UNION ALL
            SELECT CASE WHEN $1 THEN format('ALTER TABLE {Table} ADD CONSTRAINT %I %s', c.conname,
                pg_get_constraintdef(c.oid)) ELSE format('ALTER TABLE {Table} DROP CONSTRAINT %I', c.conname) END
            FROM pg_constraint c WHERE c.conrelid = '{Table}'::regclass AND c.contype IN ('p', 'u')) parts
        """;

    /// <summary>Fills an empty database up to a stage.</summary>
    /// <param name="expired">Rows besides that the sweeper would take away.</param>
    public static async Task<TableSize> FillAsync(
        BenchDatabase database, Stage stage, CancellationToken ct, long expired = 0)
    {
        if (stage.Clients > 1)
            await database.ExecuteAsync(Clients, ct, BenchClient.RedirectUri, BenchClient.Scope, stage.Clients);
        await database.ExecuteAsync(People, ct, stage.People);
        var create = await Sql.ScalarAsync<string>(database.ConnectionString, Indexes, ct, true);
        await database.ExecuteAsync(await Sql.ScalarAsync<string>(database.ConnectionString, Indexes, ct, false), ct);
        if (expired > 0)
            await database.ExecuteAsync(Expired, ct, expired, BenchClient.Id, stage.People, BenchClient.Scope);
        await database.ExecuteAsync(
            Families, ct, stage.Rows, stage.Clients, BenchClient.Id, stage.People, BenchClient.Scope, Stage.Epoch);
        await database.ExecuteAsync(create, ct);
        await database.ExecuteAsync($"VACUUM ANALYZE {Table}", ct);
        await database.ExecuteAsync("VACUUM ANALYZE accounts", ct);
        await database.ExecuteAsync("CHECKPOINT", ct);
        return new TableSize(await SizeAsync("total_relation"), await SizeAsync("table"), await SizeAsync("indexes"));

        Task<long> SizeAsync(string what) =>
            Sql.ScalarAsync<long>(database.ConnectionString, $"SELECT pg_{what}_size('{Table}')", ct);
    }

    /// <summary>How many bytes PostgreSQL has written to its log so far.</summary>
    public static Task<long> LogPositionAsync(BenchDatabase database, CancellationToken ct) =>
        Sql.ScalarAsync<long>(database.ConnectionString, "SELECT (pg_current_wal_insert_lsn() - '0/0')::bigint", ct);
}
