-- What servers of schema 013 say to the database. ServerStatementTests writes this file: run it with OAUTH_WRITE_DOCS=1 after
-- changing a statement. What stands here stays: a server that says it may still run beside a newer schema.

PREPARE s_0e50a610640d AS
DELETE FROM oauth_client_secret_uses WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM oauth_client_secret_uses AS known
    WHERE NOT EXISTS (
        SELECT FROM oauth_clients AS client WHERE client.client_id = known.client_id
        AND known.secret IN (sha256(convert_to(client.client_secret, 'UTF8')), sha256(convert_to(client.next_client_secret, 'UTF8'))))
    FOR UPDATE SKIP LOCKED));

PREPARE s_31997d9bf9d2 (uuid, text) AS
DELETE FROM oauth_consents WHERE user_id = $1 AND ($2 IS NULL OR client_id = $2);

PREPARE s_ebed5e187005 (text, text) AS
INSERT INTO data_protection_keys (friendly_name, xml)
VALUES ($1, $2)
RETURNING id;

PREPARE s_f831941fb272 (text, text, text, uuid, uuid, text, text) AS
INSERT INTO oauth_audit_events (event, reason, client_id, user_id, family_id, address, correlation_id)
VALUES ($1, $2, $3, $4, $5, $6, $7);

PREPARE s_7eb2bded6220 (bigint, date, bigint, bigint, bigint, bytea, timestamptz, text, bytea) AS
INSERT INTO oauth_audit_seals (sequence, day, from_id, to_id, row_count, hash, sealed_at, kid, signature) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9);

PREPARE s_b259a4afcb22 (text[], bytea[], timestamptz[]) AS
INSERT INTO oauth_client_secret_uses AS known (client_id, secret, first_used_at, last_used_at)
SELECT noted.client_id, noted.secret, max(noted.used_at), max(noted.used_at)
FROM unnest($1, $2, $3) AS noted (client_id, secret, used_at) JOIN oauth_clients AS client USING (client_id)
WHERE noted.secret IN (sha256(convert_to(client.client_secret, 'UTF8')), sha256(convert_to(client.next_client_secret, 'UTF8')))
GROUP BY noted.client_id, noted.secret ORDER BY noted.client_id, noted.secret
ON CONFLICT (client_id, secret) DO UPDATE SET last_used_at = excluded.last_used_at
WHERE known.last_used_at <= excluded.last_used_at - interval '1 minute';

PREPARE s_8b04d196cd82 AS
SELECT 1;

PREPARE s_7f2fe14c628b (uuid, text) AS
SELECT 1 FROM accounts WHERE id = $1 AND disabled_at IS NULL AND security_stamp = $2;

PREPARE s_967514d8efc1 AS
SELECT CASE WHEN to_regclass('schema_versions') IS NULL THEN 0 ELSE 1 END;

PREPARE s_48c5008f4c8a (varchar) AS
SELECT a.id, a.access_failed_count, a.concurrency_stamp, a.disabled_at, a.email, a.email_confirmed, a.lockout_enabled, a.lockout_end, a.normalized_email, a.normalized_user_name, a.password_hash, a.phone_number, a.phone_number_confirmed, a.security_stamp, a.two_factor_enabled, a.user_name
FROM accounts AS a
WHERE a.normalized_email = $1
LIMIT 2;

PREPARE s_6fcb556d0610 (uuid) AS
SELECT a.id, a.claim_type, a.claim_value, a.user_id
FROM account_claims AS a
WHERE a.user_id = $1;

PREPARE s_4a1d2782f809 (text) AS
SELECT client_id, client_secret, client_secret_expires_at, next_client_secret, next_client_secret_expires_at, client_name, application_type,
redirect_uris, scopes, default_scopes, grant_types, require_pkce, created_at, updated_at, disabled_at FROM oauth_clients WHERE client_id = $1 FOR NO KEY UPDATE;

PREPARE s_8105db8fb7fe AS
SELECT client_id, secret, first_used_at, last_used_at FROM oauth_client_secret_uses;

PREPARE s_d70b65d7f996 (bytea) AS
SELECT client_id, user_id, family_id, redirect_uri, redirect_uri_was_sent, code_challenge,
       expires_at <= now(), used_at IS NOT NULL, revoked_at IS NOT NULL
FROM oauth_authorization_codes WHERE code = $1;

PREPARE s_4d41ea7f4812 AS
SELECT clock_timestamp();

PREPARE s_85eb597087dc (interval) AS
SELECT coalesce((SELECT min(from_id) - 1 FROM oauth_audit_seals WHERE day >= kept.first_day), (SELECT max(to_id) FROM oauth_audit_seals), 0)
FROM (SELECT ((now() - $1) AT TIME ZONE 'UTC')::date AS first_day) AS kept;

PREPARE s_05fdac23b270 (text[]) AS
SELECT coalesce(array_agg(DISTINCT virtualtransaction), '{}') FROM pg_locks
WHERE locktype = 'relation' AND relation = 'oauth_audit_events'::regclass AND mode = 'RowExclusiveLock' AND pid <> pg_backend_pid()
  AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
  AND ($1::text[] IS NULL OR virtualtransaction = ANY ($1));

PREPARE s_1a7b982f4e65 AS
SELECT coalesce(max(id), 0) FROM oauth_audit_events;

PREPARE s_b45c2ffafd2e (bigint, interval) AS
SELECT count(*)::int FROM (
    SELECT FROM oauth_audit_events
    WHERE id < coalesce((SELECT min(from_id) FROM oauth_audit_seals WHERE day >= ((now() - $2) AT TIME ZONE 'UTC')::date),
                        (SELECT max(to_id) + 1 FROM oauth_audit_seals))
    LIMIT $1) AS sweepable;

PREPARE s_f23c8771a11d (bigint, interval) AS
SELECT count(*)::int FROM (SELECT FROM oauth_authorization_codes WHERE expires_at <= now() - $2 LIMIT $1) AS sweepable;

PREPARE s_07923207e010 (bigint, interval) AS
SELECT count(*)::int FROM (SELECT FROM oauth_refresh_token_families WHERE sweep_at <= now() - $2 LIMIT $1) AS sweepable;

PREPARE s_b34091d43de1 (bigint, interval) AS
SELECT count(*)::int FROM (SELECT FROM oauth_refresh_tokens WHERE expires_at <= now() - $2 LIMIT $1) AS sweepable;

PREPARE s_a19d9a3b5b8e (bigint, interval) AS
SELECT count(*)::int FROM (SELECT FROM oauth_revoked_tokens WHERE expires_at <= now() - $2 LIMIT $1) AS sweepable;

PREPARE s_114117fa994d AS
SELECT current_setting('server_version_num')::int / 10000, current_setting('server_version'), current_user::text, me.rolsuper,
       pg_is_in_recovery() OR current_setting('transaction_read_only')::boolean,
       current_setting('synchronous_commit'), current_setting('fsync')::boolean, current_setting('full_page_writes')::boolean,
       least(current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int
                 - coalesce(current_setting('reserved_connections', true), '0')::int,
             nullif(me.rolconnlimit, -1), nullif(here.datconnlimit, -1))
FROM pg_roles AS me, pg_database AS here WHERE me.rolname = current_user AND here.datname = current_database();

PREPARE s_fee876eeef90 AS
SELECT d.id, d.friendly_name, d.xml
FROM data_protection_keys AS d;

PREPARE s_c1e72afde3ed (bytea, bytea, interval) AS
SELECT f.client_id, f.user_id, f.family_id, f.scope, f.device_fingerprint, f.successor_nonce, f.expires_at <= now(), f.token <> $2,
       coalesce(f.previous_token = $2 AND (f.rotated_at = 'infinity' OR ($3 > interval '0' AND f.rotated_at > now() - $3)), false),
       f.revoked_at IS NOT NULL, EXISTS (SELECT FROM accounts a WHERE a.id = f.user_id AND a.disabled_at IS NULL)
FROM oauth_refresh_token_families f WHERE f.handle = $1;

PREPARE s_17bd89f46fd2 (bigint, timestamptz, timestamptz, text, text, text, uuid, text, text, bigint) AS
SELECT id, occurred_at, event, reason, client_id, user_id, family_id, address, correlation_id, kid FROM oauth_audit_events
WHERE ($1 IS NULL OR id > $1) AND ($2 IS NULL OR occurred_at >= $2) AND ($3 IS NULL OR occurred_at < $3)
  AND ($4 IS NULL OR event = $4) AND ($5 IS NULL OR reason = $5) AND ($6 IS NULL OR client_id = $6)
  AND ($7::uuid IS NULL OR user_id = $7) AND ($8 IS NULL OR address = $8) AND ($9 IS NULL OR correlation_id = $9)
ORDER BY id DESC LIMIT $10;

PREPARE s_639570f542e8 AS
SELECT id, occurred_at, event, reason, client_id, user_id, family_id, address, correlation_id, kid FROM oauth_audit_events WHERE id BETWEEN $1 AND $2 ORDER BY id;

PREPARE s_8171c15d80a7 (bigint, bigint, bigint) AS
SELECT id, occurred_at, event, reason, client_id, user_id, family_id, address, correlation_id, kid FROM oauth_audit_events WHERE id BETWEEN $1 AND $2 ORDER BY id LIMIT $3;

PREPARE s_58410804d589 AS
SELECT jti FROM oauth_revoked_tokens WHERE expires_at > now() ORDER BY jti;

PREPARE s_6366e574f811 AS
SELECT name, privilege FROM unnest($1::text[], $2::text[]) AS wanted (name, privilege)
WHERE NOT has_table_privilege(to_regclass(name)::oid, privilege) ORDER BY name, privilege;

PREPARE s_02bf5e116a05 AS
SELECT now();

PREPARE s_aad14f330239 AS
SELECT now() - (SELECT occurred_at FROM oauth_audit_events
                WHERE id > coalesce((SELECT max(to_id) FROM oauth_audit_seals), 0) ORDER BY id LIMIT 1);

PREPARE s_dfde02b61d62 (text) AS
SELECT o.client_id, o.application_type, o.client_name, o.client_secret, o.client_secret_expires_at, o.created_at, o.default_scopes, o.disabled_at, o.grant_types, o.next_client_secret, o.next_client_secret_expires_at, o.redirect_uris, o.require_pkce, o.scopes, o.updated_at
FROM oauth_clients AS o
WHERE o.client_id = $1
LIMIT 2;

PREPARE s_4d409276f48b (uuid) AS
SELECT o.client_id, o0.client_name, o.scopes, o.granted_at
FROM oauth_consents AS o
INNER JOIN oauth_clients AS o0 ON o.client_id = o0.client_id
WHERE o.user_id = $1
ORDER BY o.granted_at DESC;

PREPARE s_04f384388633 (uuid, text) AS
SELECT o.scopes
FROM oauth_consents AS o
WHERE o.user_id = $1 AND o.client_id = $2
LIMIT 2;

PREPARE s_8b8f95a027a4 (bigint) AS
SELECT pg_advisory_xact_lock($1);

PREPARE s_cad2ad4b40bd AS
SELECT pg_try_advisory_xact_lock(x'6F61757468736561'::bigint);

PREPARE s_f5e8275707de AS
SELECT quote_literal(conname), pg_get_expr(conbin, conrelid) FROM pg_constraint
WHERE conrelid = 'oauth_clients'::regclass AND contype = 'c' ORDER BY conname;

PREPARE s_57be9f4775c2 AS
SELECT script_name FROM schema_versions ORDER BY script_name;

PREPARE s_e826dc1ddbde AS
SELECT sequence, day, from_id, to_id, row_count, hash, sealed_at, kid, signature FROM oauth_audit_seals ORDER BY sequence;

PREPARE s_969b25ae621b AS
SELECT sequence, day, from_id, to_id, row_count, hash, sealed_at, kid, signature FROM oauth_audit_seals ORDER BY sequence DESC LIMIT 1;

PREPARE s_6430b7a61cbd (text) AS
SELECT set_config('statement_timeout', $1, true), set_config('synchronous_commit', 'off', true);

PREPARE s_cd7c597f9bd9 AS
SELECT substring(xml from '<activationDate>([^<]+)</activationDate>'), substring(xml from '<expirationDate>([^<]+)</expirationDate>')
FROM data_protection_keys WHERE xml LIKE '<key %';

PREPARE s_7f7fdde0bff2 (bytea, interval) AS
SELECT t.client_id, t.user_id, t.family_id, t.scope, t.device_fingerprint, t.successor_nonce, t.expires_at <= now(),
       t.used_at IS NOT NULL, coalesce(t.used_at = 'infinity' OR ($2 > interval '0' AND t.used_at > now() - $2), false), t.revoked_at IS NOT NULL,
       EXISTS (SELECT FROM accounts a WHERE a.id = t.user_id AND a.disabled_at IS NULL)
FROM oauth_refresh_tokens t WHERE t.token = $1;

PREPARE s_c50f84f9e8d7 AS
SELECT user_id FROM oauth_authorization_codes
WHERE code = $1 AND client_id = $2 AND used_at IS NULL AND revoked_at IS NULL AND expires_at > now()
UNION ALL
SELECT user_id FROM oauth_refresh_token_families
WHERE handle = $3 AND client_id = $2 AND revoked_at IS NULL AND expires_at > now()
UNION ALL
SELECT user_id FROM oauth_refresh_tokens
WHERE token = $4 AND client_id = $2 AND revoked_at IS NULL AND expires_at > now()
LIMIT 1;

PREPARE s_3c46097c6e4a (text) AS
UPDATE oauth_signing_keys SET signs_until = CASE WHEN kid = $1 THEN NULL ELSE now() END
WHERE signs_since IS NOT NULL AND (kid = $1) = (signs_until IS NOT NULL);

PREPARE s_3f406a1feada (text, text, timestamptz, text, timestamptz, text, text, text[], text[], text[], text[], boolean, timestamptz, text[]) AS
WITH changed AS (
    UPDATE oauth_clients SET client_secret = $2, client_secret_expires_at = $3, next_client_secret = $4, next_client_secret_expires_at = $5, client_name = $6,
        application_type = $7, redirect_uris = $8, scopes = $9, default_scopes = $10, grant_types = $11, require_pkce = $12, disabled_at = $13
    WHERE client_id = $1 RETURNING client_id
)
INSERT INTO oauth_audit_events (event, client_id) SELECT event, client_id FROM changed, unnest($14) AS event;

PREPARE s_5a8597c77eb3 AS
WITH given_back AS (
    UPDATE oauth_refresh_token_families AS f SET rotated_at = 'infinity'
    WHERE f.handle = $1 AND f.previous_token = $2 AND f.family_id = $3 AND f.revoked_at IS NULL
    RETURNING client_id, user_id, family_id
)
INSERT INTO oauth_audit_events (event, reason, client_id, user_id, family_id, address, correlation_id)
SELECT 'token_refused', $4, client_id, user_id, family_id, $5, $6 FROM given_back;

PREPARE s_d50f0fbe4be0 AS
WITH given_back AS (
    UPDATE oauth_refresh_tokens AS t SET used_at = 'infinity'
    WHERE t.token = $1 AND t.family_id = $2 AND t.used_at IS NOT NULL AND t.revoked_at IS NULL
    RETURNING client_id, user_id, family_id
)
INSERT INTO oauth_audit_events (event, reason, client_id, user_id, family_id, address, correlation_id)
SELECT 'token_refused', $3, client_id, user_id, family_id, $4, $5 FROM given_back;

PREPARE s_75a976a838ec (bigint, interval, timestamptz) AS
WITH kept AS (
    SELECT min(from_id) AS first_id FROM oauth_audit_seals WHERE day >= ((now() - $2) AT TIME ZONE 'UTC')::date
), over AS MATERIALIZED (
    SELECT ctid, occurred_at FROM oauth_audit_events
    WHERE id < coalesce((SELECT first_id FROM kept), (SELECT max(to_id) + 1 FROM oauth_audit_seals))
    ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED
), gone AS (
    DELETE FROM oauth_audit_events WHERE ctid = ANY (ARRAY(SELECT ctid FROM over)) RETURNING 1
)
SELECT count(*)::int, (SELECT count(*)::int FROM gone), max(occurred_at) FROM over;

PREPARE s_3feea8f8b60b (text, interval, text, uuid, text, text) AS
WITH listed AS (
    INSERT INTO oauth_revoked_tokens (jti, expires_at) VALUES ($1, now() + $2)
    ON CONFLICT (jti) DO NOTHING RETURNING jti
)
INSERT INTO oauth_audit_events (event, client_id, user_id, address, correlation_id)
SELECT 'token_revoked', $3, $4, $5, $6 FROM listed;

PREPARE s_df2cce3e2e91 (uuid, text, uuid, interval, text, text, text, text) AS
WITH live_families AS (
    SELECT handle FROM oauth_refresh_token_families
    WHERE user_id = $1 AND client_id = $2 AND family_id = $3 AND revoked_at IS NULL
    ORDER BY handle FOR UPDATE
), refreshed AS (
    UPDATE oauth_refresh_token_families AS f SET revoked_at = now() FROM live_families AS live WHERE f.handle = live.handle
    RETURNING f.family_id, f.client_id
), live_tokens AS (
    SELECT token FROM oauth_refresh_tokens
    WHERE user_id = $1 AND client_id = $2 AND family_id = $3 AND revoked_at IS NULL
    ORDER BY token FOR UPDATE
), tokens AS (
    UPDATE oauth_refresh_tokens AS t SET revoked_at = now() FROM live_tokens AS live WHERE t.token = live.token
    RETURNING t.family_id, t.client_id
), live_codes AS (
    SELECT code FROM oauth_authorization_codes
    WHERE user_id = $1 AND client_id = $2 AND family_id = $3 AND revoked_at IS NULL
    ORDER BY code FOR UPDATE
), codes AS (
    UPDATE oauth_authorization_codes AS c SET revoked_at = now() FROM live_codes AS live WHERE c.code = live.code
    RETURNING c.family_id, c.client_id
), families AS (
    SELECT family_id, client_id FROM refreshed UNION SELECT family_id, client_id FROM tokens UNION SELECT family_id, client_id FROM codes
), listed AS (
    INSERT INTO oauth_revoked_tokens (jti, expires_at)
    SELECT replace(family_id::text, '-', ''), now() + $4 FROM families
    ON CONFLICT (jti) DO UPDATE SET expires_at = excluded.expires_at
), audited AS (
    INSERT INTO oauth_audit_events (event, reason, client_id, user_id, family_id, address, correlation_id)
    SELECT $5, $6, client_id, $1, family_id, $7, $8 FROM families
)
SELECT count(*) FROM (SELECT family_id FROM tokens UNION SELECT family_id FROM codes EXCEPT SELECT family_id FROM refreshed) AS may_follow;

PREPARE s_a691506621ef (uuid, text, uuid, interval, text, text, text, text) AS
WITH live_families AS (
    SELECT handle FROM oauth_refresh_token_families
    WHERE user_id = $1 AND client_id = $2 AND revoked_at IS NULL
    ORDER BY handle FOR UPDATE
), refreshed AS (
    UPDATE oauth_refresh_token_families AS f SET revoked_at = now() FROM live_families AS live WHERE f.handle = live.handle
    RETURNING f.family_id, f.client_id
), live_tokens AS (
    SELECT token FROM oauth_refresh_tokens
    WHERE user_id = $1 AND client_id = $2 AND revoked_at IS NULL
    ORDER BY token FOR UPDATE
), tokens AS (
    UPDATE oauth_refresh_tokens AS t SET revoked_at = now() FROM live_tokens AS live WHERE t.token = live.token
    RETURNING t.family_id, t.client_id
), live_codes AS (
    SELECT code FROM oauth_authorization_codes
    WHERE user_id = $1 AND client_id = $2 AND revoked_at IS NULL
    ORDER BY code FOR UPDATE
), codes AS (
    UPDATE oauth_authorization_codes AS c SET revoked_at = now() FROM live_codes AS live WHERE c.code = live.code
    RETURNING c.family_id, c.client_id
), families AS (
    SELECT family_id, client_id FROM refreshed UNION SELECT family_id, client_id FROM tokens UNION SELECT family_id, client_id FROM codes
), listed AS (
    INSERT INTO oauth_revoked_tokens (jti, expires_at)
    SELECT replace(family_id::text, '-', ''), now() + $4 FROM families
    ON CONFLICT (jti) DO UPDATE SET expires_at = excluded.expires_at
), audited AS (
    INSERT INTO oauth_audit_events (event, reason, client_id, user_id, family_id, address, correlation_id)
    SELECT $5, $6, client_id, $1, family_id, $7, $8 FROM families
)
SELECT count(*) FROM (SELECT family_id FROM tokens UNION SELECT family_id FROM codes EXCEPT SELECT family_id FROM refreshed) AS may_follow;

PREPARE s_a005ebc31806 (uuid, text, uuid, interval, text, text, text, text) AS
WITH live_families AS (
    SELECT handle FROM oauth_refresh_token_families
    WHERE user_id = $1 AND revoked_at IS NULL
    ORDER BY handle FOR UPDATE
), refreshed AS (
    UPDATE oauth_refresh_token_families AS f SET revoked_at = now() FROM live_families AS live WHERE f.handle = live.handle
    RETURNING f.family_id, f.client_id
), live_tokens AS (
    SELECT token FROM oauth_refresh_tokens
    WHERE user_id = $1 AND revoked_at IS NULL
    ORDER BY token FOR UPDATE
), tokens AS (
    UPDATE oauth_refresh_tokens AS t SET revoked_at = now() FROM live_tokens AS live WHERE t.token = live.token
    RETURNING t.family_id, t.client_id
), live_codes AS (
    SELECT code FROM oauth_authorization_codes
    WHERE user_id = $1 AND revoked_at IS NULL
    ORDER BY code FOR UPDATE
), codes AS (
    UPDATE oauth_authorization_codes AS c SET revoked_at = now() FROM live_codes AS live WHERE c.code = live.code
    RETURNING c.family_id, c.client_id
), families AS (
    SELECT family_id, client_id FROM refreshed UNION SELECT family_id, client_id FROM tokens UNION SELECT family_id, client_id FROM codes
), listed AS (
    INSERT INTO oauth_revoked_tokens (jti, expires_at)
    SELECT replace(family_id::text, '-', ''), now() + $4 FROM families
    ON CONFLICT (jti) DO UPDATE SET expires_at = excluded.expires_at
), audited AS (
    INSERT INTO oauth_audit_events (event, reason, client_id, user_id, family_id, address, correlation_id)
    SELECT $5, $6, client_id, $1, family_id, $7, $8 FROM families
)
SELECT count(*) FROM (SELECT family_id FROM tokens UNION SELECT family_id FROM codes EXCEPT SELECT family_id FROM refreshed) AS may_follow;

PREPARE s_de710e7c668a (text, text, timestamptz, text, timestamptz, text, text, text[], text[], text[], text[], boolean, timestamptz, text[]) AS
WITH made AS (
    INSERT INTO oauth_clients (client_id, client_secret, client_secret_expires_at, next_client_secret, next_client_secret_expires_at, client_name,
        application_type, redirect_uris, scopes, default_scopes, grant_types, require_pkce, disabled_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) RETURNING client_id
)
INSERT INTO oauth_audit_events (event, client_id) SELECT event, client_id FROM made, unnest($14) AS event;

PREPARE s_e5637f155e73 (bigint, interval, timestamptz) AS
WITH over AS MATERIALIZED (
    SELECT ctid, expires_at FROM oauth_authorization_codes
    WHERE expires_at <= now() - $2 AND ($3 IS NULL OR expires_at >= $3)
    ORDER BY expires_at LIMIT $1 FOR UPDATE SKIP LOCKED
), gone AS (
    DELETE FROM oauth_authorization_codes WHERE ctid = ANY (ARRAY(SELECT ctid FROM over)) RETURNING 1
)
SELECT count(*)::int, (SELECT count(*)::int FROM gone), max(expires_at) FROM over;

PREPARE s_bc016c8db761 (bigint, interval, timestamptz) AS
WITH over AS MATERIALIZED (
    SELECT ctid, expires_at FROM oauth_refresh_tokens
    WHERE expires_at <= now() - $2 AND ($3 IS NULL OR expires_at >= $3)
    ORDER BY expires_at LIMIT $1 FOR UPDATE SKIP LOCKED
), gone AS (
    DELETE FROM oauth_refresh_tokens WHERE ctid = ANY (ARRAY(SELECT ctid FROM over)) RETURNING 1
)
SELECT count(*)::int, (SELECT count(*)::int FROM gone), max(expires_at) FROM over;

PREPARE s_345ba7b9aff2 (bigint, interval, timestamptz) AS
WITH over AS MATERIALIZED (
    SELECT ctid, expires_at FROM oauth_revoked_tokens
    WHERE expires_at <= now() - $2 AND ($3 IS NULL OR expires_at >= $3)
    ORDER BY expires_at LIMIT $1 FOR UPDATE SKIP LOCKED
), gone AS (
    DELETE FROM oauth_revoked_tokens WHERE ctid = ANY (ARRAY(SELECT ctid FROM over)) RETURNING 1
)
SELECT count(*)::int, (SELECT count(*)::int FROM gone), max(expires_at) FROM over;

PREPARE s_947fb612a27e (bigint, interval, timestamptz) AS
WITH over AS MATERIALIZED (
    SELECT ctid, sweep_at FROM oauth_refresh_token_families
    WHERE sweep_at <= now() - $2 AND ($3 IS NULL OR sweep_at >= $3)
    ORDER BY sweep_at LIMIT $1 FOR UPDATE SKIP LOCKED
), gone AS (
    DELETE FROM oauth_refresh_token_families WHERE ctid = ANY (ARRAY(SELECT ctid FROM over)) RETURNING 1
)
SELECT count(*)::int, (SELECT count(*)::int FROM gone), max(sweep_at) FROM over;

PREPARE s_28bec0014fff (bytea, text, uuid, text, uuid, uuid, text, boolean, text, text, interval, text, text) AS
WITH person AS (
    SELECT id FROM accounts WHERE id = $3 AND disabled_at IS NULL AND security_stamp = $4
), agreed AS (
    INSERT INTO oauth_consents AS known (user_id, client_id, scopes)
    SELECT id, $2, string_to_array($9, ' ') FROM person
    WHERE $6::uuid IS NOT NULL AND NOT EXISTS (SELECT FROM oauth_authorization_codes WHERE ticket_id = $6)
    ON CONFLICT (user_id, client_id) DO UPDATE
    SET scopes = ARRAY(SELECT DISTINCT unnest(known.scopes || excluded.scopes)), granted_at = now()
    RETURNING user_id
), issued AS (
    INSERT INTO oauth_authorization_codes
        (code, client_id, user_id, family_id, ticket_id, redirect_uri, redirect_uri_was_sent, scope, code_challenge, expires_at)
    SELECT $1, $2, id, $5, $6, $7, $8, $9, $10, now() + $11 FROM person
    WHERE CASE WHEN $6::uuid IS NOT NULL THEN EXISTS (SELECT FROM agreed)
          ELSE EXISTS (SELECT FROM oauth_consents
                       WHERE user_id = $3 AND client_id = $2 AND scopes @> string_to_array($9, ' ')) END
    ON CONFLICT (ticket_id) DO NOTHING
    RETURNING user_id, family_id
), audited AS (
    INSERT INTO oauth_audit_events (event, client_id, user_id, family_id, address, correlation_id)
    SELECT 'code_issued', $2, user_id, family_id, $12, $13 FROM issued
    UNION ALL
    SELECT 'consent', $2, user_id, family_id, $12, $13 FROM issued WHERE $6::uuid IS NOT NULL
)
SELECT 1 FROM issued;

PREPARE s_d449d5531d1b (bytea, bytea, bytea, bytea, text, text, interval, bytea, boolean, text, text) AS
WITH presented AS (
    UPDATE oauth_refresh_token_families AS f
    SET token = $3, previous_token = $2, successor_nonce = $4, rotated_at = now(),
        device_fingerprint = $8, device_changed = $8 IS NOT NULL AND f.device_fingerprint IS DISTINCT FROM $8,
        expires_at = LEAST(now() + $7, f.family_expires_at),
        sweep_at = date_bin('24 hours', LEAST(now() + $7, f.family_expires_at), f.created_at) + interval '24 hours'
    WHERE f.handle = $1 AND f.token = $2 AND f.client_id = $5 AND f.revoked_at IS NULL AND f.expires_at > now()
      AND ($6 IS NULL OR string_to_array($6, ' ') <@ string_to_array(f.scope, ' '))
      AND (NOT $9 OR f.device_fingerprint IS NULL OR f.device_fingerprint = $8)
      AND EXISTS (SELECT FROM accounts a WHERE a.id = f.user_id AND a.disabled_at IS NULL)
    RETURNING f.user_id, f.family_id, f.scope, f.device_changed
), audited AS (
    INSERT INTO oauth_audit_events (event, client_id, user_id, family_id, address, correlation_id)
    SELECT 'refresh_token_rotated', $5, user_id, family_id, $10, $11 FROM presented
    UNION ALL
    SELECT 'device_changed', $5, user_id, family_id, $10, $11 FROM presented WHERE device_changed
)
SELECT user_id, family_id, scope FROM presented;

PREPARE s_95e50349cc77 (bytea, bytea, bytea, text, text, interval, bytea, boolean, text, text, bytea) AS
WITH presented AS (
    UPDATE oauth_refresh_tokens AS t SET used_at = now(), successor_nonce = $3
    WHERE t.token = $1 AND t.client_id = $4 AND t.used_at IS NULL AND t.revoked_at IS NULL AND t.expires_at > now()
      AND ($5 IS NULL OR string_to_array($5, ' ') <@ string_to_array(t.scope, ' '))
      AND (NOT $8 OR t.device_fingerprint IS NULL OR t.device_fingerprint = $7)
      AND EXISTS (SELECT FROM accounts a WHERE a.id = t.user_id AND a.disabled_at IS NULL)
    RETURNING t.user_id, t.family_id, t.family_expires_at, t.scope, t.device_fingerprint
), successor AS (
    INSERT INTO oauth_refresh_token_families
        (handle, family_id, client_id, user_id, scope, token, device_fingerprint, device_changed, expires_at, family_expires_at, sweep_at)
    SELECT $2, family_id, $4, user_id, scope, $11, $7, $7 IS NOT NULL AND device_fingerprint IS DISTINCT FROM $7, ends_at, family_expires_at,
           date_bin('24 hours', ends_at, now()) + interval '24 hours'
    FROM presented, LEAST(now() + $6, family_expires_at) AS ends_at
), audited AS (
    INSERT INTO oauth_audit_events (event, client_id, user_id, family_id, address, correlation_id)
    SELECT 'refresh_token_rotated', $4, user_id, family_id, $9, $10 FROM presented
    UNION ALL
    SELECT 'device_changed', $4, user_id, family_id, $9, $10 FROM presented
    WHERE $7 IS NOT NULL AND device_fingerprint IS DISTINCT FROM $7
)
SELECT user_id, family_id, scope FROM presented;

PREPARE s_5c4ec5abb2a2 (text, text, text) AS
WITH published AS (
    INSERT INTO oauth_signing_keys (kid, n, e) VALUES ($1, $2, $3) ON CONFLICT (kid) DO NOTHING RETURNING kid
)
INSERT INTO oauth_audit_events (event, kid) SELECT 'signing_key_published', kid FROM published;

PREPARE s_ee37e6d4636e (bytea, text, text, text, bytea, interval, interval, bytea, text, text, bytea) AS
WITH redeemed AS (
    UPDATE oauth_authorization_codes AS c SET used_at = now()
    WHERE c.code = $1 AND c.client_id = $2 AND c.used_at IS NULL AND c.revoked_at IS NULL AND c.expires_at > now()
      AND (c.redirect_uri = $3 OR ($3 IS NULL AND (c.code_challenge IS NOT NULL OR NOT c.redirect_uri_was_sent)))
      AND c.code_challenge IS NOT DISTINCT FROM $4
      AND EXISTS (SELECT FROM accounts a WHERE a.id = c.user_id AND a.disabled_at IS NULL)
    RETURNING c.user_id, c.family_id, c.scope
), first AS (
    INSERT INTO oauth_refresh_token_families
        (handle, family_id, client_id, user_id, scope, token, device_fingerprint, expires_at, family_expires_at, sweep_at)
    SELECT $5, family_id, $2, user_id, scope, $11, $8, now() + LEAST($6, $7), now() + $7,
           date_bin('24 hours', now() + LEAST($6, $7), now()) + interval '24 hours'
    FROM redeemed WHERE $5 IS NOT NULL
), audited AS (
    INSERT INTO oauth_audit_events (event, client_id, user_id, family_id, address, correlation_id)
    SELECT 'code_redeemed', $2, user_id, family_id, $9, $10 FROM redeemed
)
SELECT user_id, family_id, scope FROM redeemed;

PREPARE s_fb478c94d0ae (text) AS
WITH signing AS (
    UPDATE oauth_signing_keys SET signs_since = now() WHERE kid = $1 AND signs_since IS NULL RETURNING kid
)
INSERT INTO oauth_audit_events (event, kid) SELECT 'signing_key_signs', kid FROM signing;

PREPARE s_7f6ceb9e0036 (bytea, bytea, text, text, text) AS
WITH successor AS (
    SELECT user_id, family_id, scope FROM oauth_refresh_token_families
    WHERE handle = $1 AND token = $2 AND revoked_at IS NULL AND expires_at > now()
), audited AS (
    INSERT INTO oauth_audit_events (event, client_id, user_id, family_id, address, correlation_id)
    SELECT 'refresh_token_repeated', $3, user_id, family_id, $4, $5 FROM successor
)
SELECT user_id, family_id, scope FROM successor;

PREPARE s_99e98f5def3e AS
WITH successor AS (
    SELECT user_id, family_id, scope FROM oauth_refresh_tokens
    WHERE token = $1 AND used_at IS NULL AND revoked_at IS NULL AND expires_at > now()
), audited AS (
    INSERT INTO oauth_audit_events (event, client_id, user_id, family_id, address, correlation_id)
    SELECT 'refresh_token_repeated', $2, user_id, family_id, $3, $4 FROM successor
)
SELECT user_id, family_id, scope FROM successor;

PREPARE s_5d254ba57f2c AS
WITH unborn AS (
    DELETE FROM oauth_refresh_token_families WHERE handle = $3 RETURNING 1
), given_back AS (
    UPDATE oauth_authorization_codes SET used_at = NULL
    WHERE code = $1 AND family_id = $2 AND used_at IS NOT NULL AND ($3 IS NULL OR EXISTS (SELECT FROM unborn))
    RETURNING client_id, user_id, family_id
)
INSERT INTO oauth_audit_events (event, reason, client_id, user_id, family_id, address, correlation_id)
SELECT 'token_refused', $4, client_id, user_id, family_id, $5, $6 FROM given_back;

PREPARE s_80089c734d01 (text[], interval) AS
WITH withdrawn AS (
    UPDATE oauth_signing_keys SET withdrawn_at = now()
    WHERE withdrawn_at IS NULL AND kid <> ALL ($1) AND published_at < now() - $2 RETURNING kid
)
INSERT INTO oauth_audit_events (event, kid) SELECT 'signing_key_withdrawn', kid FROM withdrawn;

-- One way through the server, as it was recorded, with the rows that each statement gave.
EXECUTE s_28bec0014fff ('\xfde11946e6246ea17c1a9b5cac093f790436934a6525ca824f47f682bd7480b4', 'demo-web', 'a11ce000-0000-4000-8000-000000000001', 'STAMP-ALICE', 'f8e0fb8c-7a04-4b90-b4cd-e91f02fab8d1', NULL, 'https://c.example/cb', true, 'read write', 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', '0 mons 0 days 600000000 microseconds', '127.0.0.1', 'debe94891a9a05dc54c15a9f251dcf71'); -- rows: 0
EXECUTE s_04f384388633 ('a11ce000-0000-4000-8000-000000000001', 'demo-web'); -- rows: 0
EXECUTE s_28bec0014fff ('\xe00163b011455f02bdb0ca8b380f96f7e2c2481e2a724e39d5085b1755c538ee', 'demo-web', 'a11ce000-0000-4000-8000-000000000001', 'STAMP-ALICE', 'a05e8c41-1d71-3125-4857-138dc9604588', 'a7d85dee-10d7-17c0-e8f5-adbf4efae841', 'https://c.example/cb', true, 'read write', 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', '0 mons 0 days 600000000 microseconds', '127.0.0.1', '6d4f7eaa184cdb7559e69f5de9dc17fe'); -- rows: 1
EXECUTE s_28bec0014fff ('\x4b375438feb83723cecb7accf52b4b501ca2aa5026bf5bb226cf49dc37adb11d', 'demo-web', 'a11ce000-0000-4000-8000-000000000001', 'STAMP-ALICE', '67f9454b-ad95-e7ff-c3cc-6916b7150b5e', NULL, 'https://c.example/cb', true, 'read', 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', '0 mons 0 days 600000000 microseconds', '127.0.0.1', 'c71354924fb82eeb319c2b04ef7222bf'); -- rows: 1
EXECUTE s_ee37e6d4636e ('\x4b375438feb83723cecb7accf52b4b501ca2aa5026bf5bb226cf49dc37adb11d', 'demo-web', NULL, 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', '\x6b07c675213d9c201575aa7c205a4c86ae8c7d1981780ef3573b539ac97e933a6636d605', '0 mons 7 days 0 microseconds', '0 mons 90 days 0 microseconds', '\x75a11da44c802486bc6f65640aa48a730f0f684c5c07a42ba3cd1735eb3fb070', '127.0.0.1', '8ea988d3ff4ae0fb8fff8ff63151d576', '\xb6865b7bb49a33587e2020d1c525d70244fb4837bf06ef8dfdee981cb663d561'); -- rows: 1
EXECUTE s_d449d5531d1b ('\x6b07c675213d9c201575aa7c205a4c86ae8c7d1981780ef3573b539ac97e933a6636d605', '\xb6865b7bb49a33587e2020d1c525d70244fb4837bf06ef8dfdee981cb663d561', '\x0c257fab47358600bec1515ef7380e02ebea27b6d4cc541d3c570810949c226d', '\xde7221ba6f4eb4c55bb78f046f07356be06782d97704959d8fa0db9a8f5f26c1', 'demo-web', NULL, '0 mons 7 days 0 microseconds', '\x75a11da44c802486bc6f65640aa48a730f0f684c5c07a42ba3cd1735eb3fb070', false, '127.0.0.1', '1ed3ee9f106ae433914bd615a4cd2517'); -- rows: 1
EXECUTE s_d449d5531d1b ('\x6b07c675213d9c201575aa7c205a4c86ae8c7d1981780ef3573b539ac97e933a6636d605', '\xb6865b7bb49a33587e2020d1c525d70244fb4837bf06ef8dfdee981cb663d561', '\x32c199c6834553be94ea6f44fe3d614561efa7828e34c12a9ef195dfbfb0cdc6', '\x32dfcd6e54c28ceb35d15ed9ed29b1c199f85ed7851a3941702be4a7da9a1871', 'demo-web', NULL, '0 mons 7 days 0 microseconds', '\x75a11da44c802486bc6f65640aa48a730f0f684c5c07a42ba3cd1735eb3fb070', false, '127.0.0.1', '3e6abb73fd51143698b8e0edb530492e'); -- rows: 0
EXECUTE s_c1e72afde3ed ('\x6b07c675213d9c201575aa7c205a4c86ae8c7d1981780ef3573b539ac97e933a6636d605', '\xb6865b7bb49a33587e2020d1c525d70244fb4837bf06ef8dfdee981cb663d561', '0 mons 0 days 30000000 microseconds'); -- rows: 1
EXECUTE s_7f6ceb9e0036 ('\x6b07c675213d9c201575aa7c205a4c86ae8c7d1981780ef3573b539ac97e933a6636d605', '\x0c257fab47358600bec1515ef7380e02ebea27b6d4cc541d3c570810949c226d', 'demo-web', '127.0.0.1', '3e6abb73fd51143698b8e0edb530492e'); -- rows: 1
EXECUTE s_3feea8f8b60b ('67f9454bad95e7ffc3cc6916b7150b5e.evuNqQPciJ-cJzNBwRgvbw', '0 mons 0 days 1200000000 microseconds', 'demo-web', 'a11ce000-0000-4000-8000-000000000001', '127.0.0.1', 'e153e130a043502a6fc59d863c5d3f69'); -- rows: 1
EXECUTE s_c1e72afde3ed ('\x6b07c675213d9c201575aa7c205a4c86ae8c7d1981780ef3573b539ac97e933a6636d605', '\x0c257fab47358600bec1515ef7380e02ebea27b6d4cc541d3c570810949c226d', '0 mons 0 days 0 microseconds'); -- rows: 1
EXECUTE s_df2cce3e2e91 ('a11ce000-0000-4000-8000-000000000001', 'demo-web', '67f9454b-ad95-e7ff-c3cc-6916b7150b5e', '0 mons 0 days 1200000000 microseconds', 'token_revoked', NULL, '127.0.0.1', '09a855baf929847ab4759cb006789192'); -- rows: 1
EXECUTE s_ee37e6d4636e ('\x4b375438feb83723cecb7accf52b4b501ca2aa5026bf5bb226cf49dc37adb11d', 'demo-web', NULL, 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', '\x6b07c675ad9de811284c7f2d3d872d4c45aa1fcdb3537fbb21ebd4b08b4c8579b4fed9c8', '0 mons 7 days 0 microseconds', '0 mons 90 days 0 microseconds', '\x75a11da44c802486bc6f65640aa48a730f0f684c5c07a42ba3cd1735eb3fb070', '127.0.0.1', 'e824e4dcf74c1f6dff5227b86d79e9a6', '\x81a3d2a8bc7e7462db938e1ac6e55720501626561fc4fce6302f0aab32f01023'); -- rows: 0
EXECUTE s_d70b65d7f996 ('\x4b375438feb83723cecb7accf52b4b501ca2aa5026bf5bb226cf49dc37adb11d'); -- rows: 1
EXECUTE s_df2cce3e2e91 ('a11ce000-0000-4000-8000-000000000001', 'demo-web', '67f9454b-ad95-e7ff-c3cc-6916b7150b5e', '0 mons 0 days 1200000000 microseconds', 'code_reused', 'code_reused', '127.0.0.1', 'e824e4dcf74c1f6dff5227b86d79e9a6'); -- rows: 1
EXECUTE s_95e50349cc77 ('\xa873855b172f98c40386ed174af9353b2fb1d8bb53ea2d6c18696eb1037e64a7', '\x6b07c675b64c72c7c57065b1b9c6dd4b16c3e87b435822f1a1c57fc6a4816095deaea5ae', '\x6b07c6750e237c6bc4c7590104301e223607cd212b17d45dac22fe5ba01d8f3406d3df2cde9f9dcbdbc44e0b8ab1a5d4709925b6', 'demo-web', NULL, '0 mons 7 days 0 microseconds', '\x75a11da44c802486bc6f65640aa48a730f0f684c5c07a42ba3cd1735eb3fb070', false, '127.0.0.1', '739891bc731fe4e0e1b138796f9eafe3', '\xed174f3c9daf6726598f920426828fbb99fb25bbb1c0073cfa3088a81218c95a'); -- rows: 0
EXECUTE s_7f7fdde0bff2 ('\xa873855b172f98c40386ed174af9353b2fb1d8bb53ea2d6c18696eb1037e64a7', '0 mons 0 days 30000000 microseconds'); -- rows: 0
EXECUTE s_28bec0014fff ('\x94f89ecb9badab539b5af9411a9c4b140251a5e2b95d7050ae131f96d2e665fa', 'demo-web', 'a11ce000-0000-4000-8000-000000000001', 'STAMP-ALICE', 'c9faad59-3816-a4d2-9f87-b3f2c8fdaf0b', NULL, 'https://c.example/cb', true, 'read', 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', '0 mons 0 days 600000000 microseconds', '127.0.0.1', 'd5ff7e55cbf4ddee9839bd0537868f6e'); -- rows: 1
EXECUTE s_ee37e6d4636e ('\x94f89ecb9badab539b5af9411a9c4b140251a5e2b95d7050ae131f96d2e665fa', 'demo-web', NULL, 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', '\x6b07c675e38a6b8bb8ad2b10878794d532b3e3e816cfda62b50c2c0a4fa05ba24e78180c', '0 mons 7 days 0 microseconds', '0 mons 90 days 0 microseconds', '\x75a11da44c802486bc6f65640aa48a730f0f684c5c07a42ba3cd1735eb3fb070', '127.0.0.1', '82f1c49bf68029b463bd6c489aa8070a', '\x1794379db6be0398ef53c22dbcc76d2372038e1b7504271ed2bf7486743cf07d'); -- rows: 1
EXECUTE s_d449d5531d1b ('\x6b07c675e38a6b8bb8ad2b10878794d532b3e3e816cfda62b50c2c0a4fa05ba24e78180c', '\x1794379db6be0398ef53c22dbcc76d2372038e1b7504271ed2bf7486743cf07d', '\xab942b61d1abc501d23a20e39504e78a367362123971a243d9c0507d9bade261', '\x82df589a955ffb4a3929ddc1ce400fa2fc3c4206fbdb99f067517d13b323ab60', 'demo-web', NULL, '0 mons 7 days 0 microseconds', '\x75a11da44c802486bc6f65640aa48a730f0f684c5c07a42ba3cd1735eb3fb070', false, '127.0.0.1', 'cc96981e3848a1a218f613b1a6274971'); -- rows: 1
EXECUTE s_d449d5531d1b ('\x6b07c675e38a6b8bb8ad2b10878794d532b3e3e816cfda62b50c2c0a4fa05ba24e78180c', '\xab942b61d1abc501d23a20e39504e78a367362123971a243d9c0507d9bade261', '\x907d448092f86a6d44b6e9bc32d0967ce62c9c2a81bb312e7388dd135a5b9a8d', '\x5da6d48809bf441eb0e16ae8d19e618456fd6678fc4baa0c62ffd2d622146e61', 'demo-web', NULL, '0 mons 7 days 0 microseconds', '\x75a11da44c802486bc6f65640aa48a730f0f684c5c07a42ba3cd1735eb3fb070', false, '127.0.0.1', 'ec77cce5df97ba41855fd823d258059c'); -- rows: 1
EXECUTE s_d449d5531d1b ('\x6b07c675e38a6b8bb8ad2b10878794d532b3e3e816cfda62b50c2c0a4fa05ba24e78180c', '\x1794379db6be0398ef53c22dbcc76d2372038e1b7504271ed2bf7486743cf07d', '\xaa00b8565e4698addee51f09d2f669396d5d00c3f30443a2cc0e10dc68a3c84c', '\xdfead6b80e6ecc9b6e70be94e0968107d1f184cdef26c8dddbd7aafab9373695', 'demo-web', NULL, '0 mons 7 days 0 microseconds', '\x75a11da44c802486bc6f65640aa48a730f0f684c5c07a42ba3cd1735eb3fb070', false, '127.0.0.1', 'd6f5ffec7416d799b426fc2785fc7d3c'); -- rows: 0
EXECUTE s_c1e72afde3ed ('\x6b07c675e38a6b8bb8ad2b10878794d532b3e3e816cfda62b50c2c0a4fa05ba24e78180c', '\x1794379db6be0398ef53c22dbcc76d2372038e1b7504271ed2bf7486743cf07d', '0 mons 0 days 30000000 microseconds'); -- rows: 1
EXECUTE s_df2cce3e2e91 ('a11ce000-0000-4000-8000-000000000001', 'demo-web', 'c9faad59-3816-a4d2-9f87-b3f2c8fdaf0b', '0 mons 0 days 1200000000 microseconds', 'refresh_token_reused', 'refresh_token_reused', '127.0.0.1', 'd6f5ffec7416d799b426fc2785fc7d3c'); -- rows: 1
EXECUTE s_d449d5531d1b ('\x6b07c675e38a6b8bb8ad2b10878794d532b3e3e816cfda62b50c2c0a4fa05ba24e78180c', '\x907d448092f86a6d44b6e9bc32d0967ce62c9c2a81bb312e7388dd135a5b9a8d', '\x6b6cf3e87e00c86742b18833e8f1f128ee55036faa088c2eacd884de52d77ab0', '\xe25f162145e17b279dfdb515f8d40073ebc8bb65996c2cca3f9cd18c41fa864a', 'demo-web', NULL, '0 mons 7 days 0 microseconds', '\x75a11da44c802486bc6f65640aa48a730f0f684c5c07a42ba3cd1735eb3fb070', false, '127.0.0.1', '4d4d5cb1151f4d710e51ea2ea89e2859'); -- rows: 0
EXECUTE s_c1e72afde3ed ('\x6b07c675e38a6b8bb8ad2b10878794d532b3e3e816cfda62b50c2c0a4fa05ba24e78180c', '\x907d448092f86a6d44b6e9bc32d0967ce62c9c2a81bb312e7388dd135a5b9a8d', '0 mons 0 days 30000000 microseconds'); -- rows: 1
EXECUTE s_4d409276f48b ('a11ce000-0000-4000-8000-000000000001'); -- rows: 1
EXECUTE s_31997d9bf9d2 ('a11ce000-0000-4000-8000-000000000001', 'demo-web'); -- rows: 1
EXECUTE s_a691506621ef ('a11ce000-0000-4000-8000-000000000001', 'demo-web', NULL, '0 mons 0 days 1200000000 microseconds', 'grant_withdrawn', NULL, '127.0.0.1', '63a72494b2638ad3309656f462fdf3b9'); -- rows: 1
EXECUTE s_a691506621ef ('a11ce000-0000-4000-8000-000000000001', 'demo-web', NULL, '0 mons 0 days 1200000000 microseconds', 'grant_withdrawn', NULL, '127.0.0.1', '63a72494b2638ad3309656f462fdf3b9'); -- rows: 1
EXECUTE s_f23c8771a11d (100000, '0 mons 90 days 0 microseconds'); -- rows: 1
EXECUTE s_e5637f155e73 (200, '0 mons 90 days 0 microseconds', NULL); -- rows: 1
EXECUTE s_07923207e010 (100000, '0 mons 1 days 0 microseconds'); -- rows: 1
EXECUTE s_947fb612a27e (200, '0 mons 1 days 0 microseconds', NULL); -- rows: 1
EXECUTE s_b34091d43de1 (100000, '0 mons 1 days 0 microseconds'); -- rows: 1
EXECUTE s_bc016c8db761 (200, '0 mons 1 days 0 microseconds', NULL); -- rows: 1
EXECUTE s_a19d9a3b5b8e (100000, '0 mons 0 days 0 microseconds'); -- rows: 1
EXECUTE s_345ba7b9aff2 (200, '0 mons 0 days 0 microseconds', NULL); -- rows: 1
EXECUTE s_31997d9bf9d2 ('b0b00000-0000-4000-8000-000000000002', NULL); -- rows: 0
EXECUTE s_a005ebc31806 ('b0b00000-0000-4000-8000-000000000002', NULL, NULL, '0 mons 0 days 1200000000 microseconds', 'grant_withdrawn', NULL, NULL, NULL); -- rows: 1
