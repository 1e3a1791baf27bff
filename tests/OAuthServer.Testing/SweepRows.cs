namespace OAuthServer.Testing;

/// <summary>Rows that are over, and such that are not, by the database's clock.</summary>
internal static class SweepRows
{
    /// <summary>
    /// Adds families of refresh tokens that are to be swept this long ago, in the past or (negative) in the future; a
    /// family's live token ended up to a day before that.
    /// </summary>
    public static Task AddFamiliesAsync(this TestDatabase database, int count, TimeSpan dueAgo) =>
        database.ExecuteAsync(
            """
        INSERT INTO oauth_refresh_tokens (family, id, client_id, user_id, scope, token, family_expires_at, created_at,
            expires_at, sweep_at)
        SELECT sha256(gen_random_uuid()::text::bytea), gen_random_uuid(), 'demo-web', gen_random_uuid(), 'read',
            sha256('live'), now() + interval '80 days',
               now() - $2 - interval '7 days', due - interval '12 hours', due
        FROM generate_series(1, $1) AS row, LATERAL (SELECT now() - $2 - row * interval '1 microsecond' AS due) AS sweep
        """,
            count, dueAgo);

    /// <summary>Adds one code that ended this long ago.</summary>
    public static Task AddCodeAsync(this TestDatabase database, TimeSpan endedAgo) => database.ExecuteAsync(
        """
        INSERT INTO oauth_authorization_codes (code, client_id, user_id, id, redirect_uri, redirect_uri_was_sent, scope,
            created_at, expires_at)
        VALUES (sha256(gen_random_uuid()::text::bytea), 'demo-web', gen_random_uuid(), gen_random_uuid(),
            'https://c.example/cb', true, 'read',
                now() - $1 - interval '10 minutes', now() - $1)
        """,
        endedAgo);

    /// <summary>Adds one entry of the list of revoked access tokens that ended this long ago.</summary>
    public static Task AddRevokedAsync(this TestDatabase database, TimeSpan endedAgo) => database.ExecuteAsync(
        "INSERT INTO oauth_revoked_tokens (jti, expires_at) VALUES (gen_random_uuid()::text, now() - $1)", endedAgo);

    /// <summary>Adds one JWT that was used and ended this long ago.</summary>
    public static Task AddUsedJwtAsync(this TestDatabase database, TimeSpan endedAgo) => database.ExecuteAsync(
        "INSERT INTO oauth_used_jwts (id, expires_at) VALUES (sha256(gen_random_uuid()::text::bytea), now() - $1)",
        endedAgo);

    public static Task<long> CountAsync(this TestDatabase database, string table) =>
        database.ScalarAsync<long>($"SELECT count(*) FROM {table}");

    /// <summary>The deadlocks that this database has seen.</summary>
    public static Task<long> DeadlocksAsync(this TestDatabase database) =>
        database.ScalarAsync<long>("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()");
}
