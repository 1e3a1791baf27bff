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

PREPARE s_1faf337fafd0 AS
INSERT INTO accounts
    (id, user_name, normalized_user_name, email, normalized_email, email_confirmed, password_hash, security_stamp, lockout_end,
     lockout_enabled, access_failed_count, concurrency_stamp, phone_number_confirmed, two_factor_enabled)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, false, false);

PREPARE s_ebed5e187005 (text, text) AS
INSERT INTO data_protection_keys (friendly_name, xml)
VALUES ($1, $2)
RETURNING id;

PREPARE s_3537b7121863 (text, text) AS
INSERT INTO data_protection_keys (friendly_name, xml) VALUES ($1, $2);

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

PREPARE s_8a0f34935c19 AS
SELECT DISTINCT unnest(redirect_uris) FROM oauth_clients WHERE disabled_at IS NULL;

PREPARE s_48c5008f4c8a (varchar) AS
SELECT a.id, a.access_failed_count, a.concurrency_stamp, a.disabled_at, a.email, a.email_confirmed, a.lockout_enabled, a.lockout_end, a.normalized_email, a.normalized_user_name, a.password_hash, a.phone_number, a.phone_number_confirmed, a.security_stamp, a.two_factor_enabled, a.user_name
FROM accounts AS a
WHERE a.normalized_email = $1
LIMIT 2;

PREPARE s_6fcb556d0610 (uuid) AS
SELECT a.id, a.claim_type, a.claim_value, a.user_id
FROM account_claims AS a
WHERE a.user_id = $1;

PREPARE s_f125aa0bb2cb (uuid) AS
SELECT c.client_id, client.client_name, c.scopes, c.granted_at
FROM oauth_consents c JOIN oauth_clients client ON client.client_id = c.client_id
WHERE c.user_id = $1 ORDER BY c.granted_at DESC;

PREPARE s_3aadc7326e39 AS
SELECT client_id, client_secret, client_secret_expires_at, next_client_secret, next_client_secret_expires_at, client_name, application_type,
redirect_uris, scopes, default_scopes, grant_types, require_pkce, created_at, updated_at, disabled_at FROM oauth_clients ORDER BY client_id COLLATE "C";

PREPARE s_b761c81cedf0 (text) AS
SELECT client_id, client_secret, client_secret_expires_at, next_client_secret, next_client_secret_expires_at, client_name, application_type,
redirect_uris, scopes, default_scopes, grant_types, require_pkce, created_at, updated_at, disabled_at FROM oauth_clients WHERE client_id = $1;

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

PREPARE s_8049bcf7d318 AS
SELECT id, user_name, normalized_user_name, email, normalized_email, email_confirmed, password_hash, security_stamp, concurrency_stamp,
lockout_end, lockout_enabled, access_failed_count, disabled_at FROM accounts WHERE id = $1;

PREPARE s_0f7df36b4144 (text) AS
SELECT id, user_name, normalized_user_name, email, normalized_email, email_confirmed, password_hash, security_stamp, concurrency_stamp,
lockout_end, lockout_enabled, access_failed_count, disabled_at FROM accounts WHERE normalized_email = $1;

PREPARE s_66abed77be57 AS
SELECT id, user_name, normalized_user_name, email, normalized_email, email_confirmed, password_hash, security_stamp, concurrency_stamp,
lockout_end, lockout_enabled, access_failed_count, disabled_at FROM accounts WHERE normalized_user_name = $1;

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

PREPARE s_76fa59beccb5 (uuid, text) AS
SELECT scopes FROM oauth_consents WHERE user_id = $1 AND client_id = $2;

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

PREPARE s_cfe2e832d7f9 AS
SELECT xml FROM data_protection_keys WHERE xml <> '' ORDER BY id;

PREPARE s_dc606fce4c12 AS
UPDATE accounts
SET user_name = $2, normalized_user_name = $3, email = $4, normalized_email = $5, email_confirmed = $6, password_hash = $7, security_stamp = $8,
    lockout_end = $9, lockout_enabled = $10, access_failed_count = $11, concurrency_stamp = $12
WHERE id = $1 AND concurrency_stamp IS NOT DISTINCT FROM $13;

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
EXECUTE s_28bec0014fff ('\x28478b0095c3172fa53f69a8a49a5a0d0b332be83d1682e52939b664f7b2a8f2', 'demo-web', 'a11ce000-0000-4000-8000-000000000001', 'STAMP-ALICE', '5e9d1712-e5ec-0cb8-e4c8-dd2c79258dd9', NULL, 'https://c.example/cb', true, 'read write', 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', '0 mons 0 days 600000000 microseconds', '127.0.0.1', '83929ecba821bdfffe8082a3122611cc'); -- rows: 0
EXECUTE s_76fa59beccb5 ('a11ce000-0000-4000-8000-000000000001', 'demo-web'); -- rows: 0
EXECUTE s_28bec0014fff ('\x57575ed3e1c15996c0398002113333ee5f31048a05cb2a912e9328a0c6f08388', 'demo-web', 'a11ce000-0000-4000-8000-000000000001', 'STAMP-ALICE', 'a341b052-ab9a-1f62-4dd7-1f92be35e7ef', 'f69494b6-21c0-d679-4e80-d38d68ca484e', 'https://c.example/cb', true, 'read write', 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', '0 mons 0 days 600000000 microseconds', '127.0.0.1', '44e258543142fea5cc99697187b9e620'); -- rows: 1
EXECUTE s_28bec0014fff ('\xdf5847e064f160af3d6c8bc1753fbd302d432155f78b2bce703ece3f9c721cee', 'demo-web', 'a11ce000-0000-4000-8000-000000000001', 'STAMP-ALICE', '18e655d1-2ecb-38e0-fc5b-bf459ed78a51', NULL, 'https://c.example/cb', true, 'read', 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', '0 mons 0 days 600000000 microseconds', '127.0.0.1', '2f8f6c0fe2434ef4a59c131bcfb15370'); -- rows: 1
EXECUTE s_ee37e6d4636e ('\xdf5847e064f160af3d6c8bc1753fbd302d432155f78b2bce703ece3f9c721cee', 'demo-web', NULL, 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', '\x6b080ba3b0d26c34130badd8efc669554a7b5073dea35005c2b397a5929644864d76dc5d', '0 mons 7 days 0 microseconds', '0 mons 90 days 0 microseconds', '\x75a11da44c802486bc6f65640aa48a730f0f684c5c07a42ba3cd1735eb3fb070', '127.0.0.1', '725920b526bfccfaeae1626cfc4f418c', '\xf4c5601d2bfdc95ef514d778ce2bf5a918985477f548d10d947088d4b3fb0a47'); -- rows: 1
EXECUTE s_d449d5531d1b ('\x6b080ba3b0d26c34130badd8efc669554a7b5073dea35005c2b397a5929644864d76dc5d', '\xf4c5601d2bfdc95ef514d778ce2bf5a918985477f548d10d947088d4b3fb0a47', '\x57888ec2d10626fb7333e57542bccac58c2e5a2f89d408d4e218be31e15de5d4', '\x31bb6abbe810eaee9e18a7b04afef38d5836ba03b780899657c6b86cf98a1105', 'demo-web', NULL, '0 mons 7 days 0 microseconds', '\x75a11da44c802486bc6f65640aa48a730f0f684c5c07a42ba3cd1735eb3fb070', false, '127.0.0.1', '80aced8f95c4e744ec459836f5e3c3a1'); -- rows: 1
EXECUTE s_d449d5531d1b ('\x6b080ba3b0d26c34130badd8efc669554a7b5073dea35005c2b397a5929644864d76dc5d', '\xf4c5601d2bfdc95ef514d778ce2bf5a918985477f548d10d947088d4b3fb0a47', '\x20748c01ed1c3eb2dc8fb413f7ac6c5ed928e29a35a83d22f5d2e6ac4ef8c91c', '\x98ac7d8b6610a5a93783ecf9f7530bd9c9035e0b3c88d12b4c76e48c9ea74b83', 'demo-web', NULL, '0 mons 7 days 0 microseconds', '\x75a11da44c802486bc6f65640aa48a730f0f684c5c07a42ba3cd1735eb3fb070', false, '127.0.0.1', 'acc53d7e1dc29ebc58122e9a682cb02e'); -- rows: 0
EXECUTE s_c1e72afde3ed ('\x6b080ba3b0d26c34130badd8efc669554a7b5073dea35005c2b397a5929644864d76dc5d', '\xf4c5601d2bfdc95ef514d778ce2bf5a918985477f548d10d947088d4b3fb0a47', '0 mons 0 days 30000000 microseconds'); -- rows: 1
EXECUTE s_7f6ceb9e0036 ('\x6b080ba3b0d26c34130badd8efc669554a7b5073dea35005c2b397a5929644864d76dc5d', '\x57888ec2d10626fb7333e57542bccac58c2e5a2f89d408d4e218be31e15de5d4', 'demo-web', '127.0.0.1', 'acc53d7e1dc29ebc58122e9a682cb02e'); -- rows: 1
EXECUTE s_3feea8f8b60b ('18e655d12ecb38e0fc5bbf459ed78a51.lRXxTiRDUwtZDZTuwqYnWA', '0 mons 0 days 1200000000 microseconds', 'demo-web', 'a11ce000-0000-4000-8000-000000000001', '127.0.0.1', '9cf4162f9feabe5c1dd82b6089323ddc'); -- rows: 1
EXECUTE s_c1e72afde3ed ('\x6b080ba3b0d26c34130badd8efc669554a7b5073dea35005c2b397a5929644864d76dc5d', '\x57888ec2d10626fb7333e57542bccac58c2e5a2f89d408d4e218be31e15de5d4', '0 mons 0 days 0 microseconds'); -- rows: 1
EXECUTE s_df2cce3e2e91 ('a11ce000-0000-4000-8000-000000000001', 'demo-web', '18e655d1-2ecb-38e0-fc5b-bf459ed78a51', '0 mons 0 days 1200000000 microseconds', 'token_revoked', NULL, '127.0.0.1', '9251088343824572647e97379e9a1c5e'); -- rows: 1
EXECUTE s_ee37e6d4636e ('\xdf5847e064f160af3d6c8bc1753fbd302d432155f78b2bce703ece3f9c721cee', 'demo-web', NULL, 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', '\x6b080ba4ee1ae805de7f3cbaf73aaf470f06f566b1127fec2a87a12fb476d3caa4e4bb81', '0 mons 7 days 0 microseconds', '0 mons 90 days 0 microseconds', '\x75a11da44c802486bc6f65640aa48a730f0f684c5c07a42ba3cd1735eb3fb070', '127.0.0.1', 'ba778d1109de2721b861cff0e2ffe6a0', '\x95aa24904cf37ed5f1bf75225ba1d4e956ecb5f1c01d7ad84be9569ab60b78db'); -- rows: 0
EXECUTE s_d70b65d7f996 ('\xdf5847e064f160af3d6c8bc1753fbd302d432155f78b2bce703ece3f9c721cee'); -- rows: 1
EXECUTE s_df2cce3e2e91 ('a11ce000-0000-4000-8000-000000000001', 'demo-web', '18e655d1-2ecb-38e0-fc5b-bf459ed78a51', '0 mons 0 days 1200000000 microseconds', 'code_reused', 'code_reused', '127.0.0.1', 'ba778d1109de2721b861cff0e2ffe6a0'); -- rows: 1
EXECUTE s_95e50349cc77 ('\xa873855b172f98c40386ed174af9353b2fb1d8bb53ea2d6c18696eb1037e64a7', '\x6b080ba44b37cadfa12555e107bdf757df41e56d3171a55ac9aa8668083e7adfe27d71c8', '\x6b080ba4f4c19fe586ed8baf6b498dce88de13b92d99b142d49cade26b1997a957fd7af7af004bda0ed2e7052c210c0927a1a4ea', 'demo-web', NULL, '0 mons 7 days 0 microseconds', '\x75a11da44c802486bc6f65640aa48a730f0f684c5c07a42ba3cd1735eb3fb070', false, '127.0.0.1', '7f87810931fc17915aaea7794dc82967', '\xb68e82f6e8f48bb93f7de74b283ebdad4552448c096f4881bf74e0e4d4527722'); -- rows: 0
EXECUTE s_7f7fdde0bff2 ('\xa873855b172f98c40386ed174af9353b2fb1d8bb53ea2d6c18696eb1037e64a7', '0 mons 0 days 30000000 microseconds'); -- rows: 0
EXECUTE s_28bec0014fff ('\xc33bb342a2f3ec084b8967552e1e946cb63888bb7713130053668b94369575c4', 'demo-web', 'a11ce000-0000-4000-8000-000000000001', 'STAMP-ALICE', 'ee28ac0a-f6da-5344-78b0-0b1a1c6193eb', NULL, 'https://c.example/cb', true, 'read', 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', '0 mons 0 days 600000000 microseconds', '127.0.0.1', '5b18879d610b0c15c4b6d35c8a112ba5'); -- rows: 1
EXECUTE s_ee37e6d4636e ('\xc33bb342a2f3ec084b8967552e1e946cb63888bb7713130053668b94369575c4', 'demo-web', NULL, 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', '\x6b080ba4ad94be7c9c90c229dd11c160eb8f8ecd29fea3a0779eee25989f264a7481a226', '0 mons 7 days 0 microseconds', '0 mons 90 days 0 microseconds', '\x75a11da44c802486bc6f65640aa48a730f0f684c5c07a42ba3cd1735eb3fb070', '127.0.0.1', '216bf759c00d6c8705c7e85187be7d44', '\x290dd413d0b7a53c69b1d097dfbeb88665808b590ff8c5013a9333938f15a4ad'); -- rows: 1
EXECUTE s_d449d5531d1b ('\x6b080ba4ad94be7c9c90c229dd11c160eb8f8ecd29fea3a0779eee25989f264a7481a226', '\x290dd413d0b7a53c69b1d097dfbeb88665808b590ff8c5013a9333938f15a4ad', '\x2e3360a8fabbe0b21f60e910559e83d9b1152fcc9b6f63704c93005ab9e5dd3c', '\x3203e901897127beb4bcca49b0e002da7b700fa947e0aa7eab3ca728227a99c9', 'demo-web', NULL, '0 mons 7 days 0 microseconds', '\x75a11da44c802486bc6f65640aa48a730f0f684c5c07a42ba3cd1735eb3fb070', false, '127.0.0.1', '1ba1f771001be741d29bf23c122a89d0'); -- rows: 1
EXECUTE s_d449d5531d1b ('\x6b080ba4ad94be7c9c90c229dd11c160eb8f8ecd29fea3a0779eee25989f264a7481a226', '\x2e3360a8fabbe0b21f60e910559e83d9b1152fcc9b6f63704c93005ab9e5dd3c', '\xcec6f6320064d2d54ae4f54c2940731fbccc758007016ddc1230cbef606d88b5', '\x82420c3e7731efcd526153deca1cc4c776d38bdca425be29ca3917be7eeccbcb', 'demo-web', NULL, '0 mons 7 days 0 microseconds', '\x75a11da44c802486bc6f65640aa48a730f0f684c5c07a42ba3cd1735eb3fb070', false, '127.0.0.1', '4fb985fc949ef6a4bbb54fc700bdc2c4'); -- rows: 1
EXECUTE s_d449d5531d1b ('\x6b080ba4ad94be7c9c90c229dd11c160eb8f8ecd29fea3a0779eee25989f264a7481a226', '\x290dd413d0b7a53c69b1d097dfbeb88665808b590ff8c5013a9333938f15a4ad', '\x16e682389d059aff04de5d2290ca56ea4806fed23d8a06e03007fc9f598ad00d', '\x1aec3b6b615a1ba4c1a664ef6993c808cb414964794808985d128a92bd71c1e0', 'demo-web', NULL, '0 mons 7 days 0 microseconds', '\x75a11da44c802486bc6f65640aa48a730f0f684c5c07a42ba3cd1735eb3fb070', false, '127.0.0.1', 'bd91da0f564b9c8c27c42e5f4b71e98d'); -- rows: 0
EXECUTE s_c1e72afde3ed ('\x6b080ba4ad94be7c9c90c229dd11c160eb8f8ecd29fea3a0779eee25989f264a7481a226', '\x290dd413d0b7a53c69b1d097dfbeb88665808b590ff8c5013a9333938f15a4ad', '0 mons 0 days 30000000 microseconds'); -- rows: 1
EXECUTE s_df2cce3e2e91 ('a11ce000-0000-4000-8000-000000000001', 'demo-web', 'ee28ac0a-f6da-5344-78b0-0b1a1c6193eb', '0 mons 0 days 1200000000 microseconds', 'refresh_token_reused', 'refresh_token_reused', '127.0.0.1', 'bd91da0f564b9c8c27c42e5f4b71e98d'); -- rows: 1
EXECUTE s_d449d5531d1b ('\x6b080ba4ad94be7c9c90c229dd11c160eb8f8ecd29fea3a0779eee25989f264a7481a226', '\xcec6f6320064d2d54ae4f54c2940731fbccc758007016ddc1230cbef606d88b5', '\x9cac47ecff70e80be5ba5dcd70d7a800ad3f24c5ff3ed9721182cf9c36001dcb', '\x02708ab4f3436c2facd5f84c5cd442db15e3bee7826ab9d02d7d571f1997b335', 'demo-web', NULL, '0 mons 7 days 0 microseconds', '\x75a11da44c802486bc6f65640aa48a730f0f684c5c07a42ba3cd1735eb3fb070', false, '127.0.0.1', 'ba22ae3e8b685d872dc3c0003a1dac9f'); -- rows: 0
EXECUTE s_c1e72afde3ed ('\x6b080ba4ad94be7c9c90c229dd11c160eb8f8ecd29fea3a0779eee25989f264a7481a226', '\xcec6f6320064d2d54ae4f54c2940731fbccc758007016ddc1230cbef606d88b5', '0 mons 0 days 30000000 microseconds'); -- rows: 1
EXECUTE s_f125aa0bb2cb ('a11ce000-0000-4000-8000-000000000001'); -- rows: 1
EXECUTE s_31997d9bf9d2 ('a11ce000-0000-4000-8000-000000000001', 'demo-web'); -- rows: 1
EXECUTE s_a691506621ef ('a11ce000-0000-4000-8000-000000000001', 'demo-web', NULL, '0 mons 0 days 1200000000 microseconds', 'grant_withdrawn', NULL, '127.0.0.1', 'c939025262f6ed2c2d0d2e062c89f5a5'); -- rows: 1
EXECUTE s_a691506621ef ('a11ce000-0000-4000-8000-000000000001', 'demo-web', NULL, '0 mons 0 days 1200000000 microseconds', 'grant_withdrawn', NULL, '127.0.0.1', 'c939025262f6ed2c2d0d2e062c89f5a5'); -- rows: 1
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
