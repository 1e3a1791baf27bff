-- What servers of schema 011 say to the database. ServerStatementTests writes this file: run it with OAUTH_WRITE_DOCS=1 after
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

PREPARE s_546c567f0a8c AS
SELECT user_id FROM oauth_authorization_codes
WHERE code = $1 AND client_id = $2 AND used_at IS NULL AND revoked_at IS NULL AND expires_at > now()
UNION ALL
SELECT user_id FROM oauth_refresh_tokens
WHERE token = $1 AND client_id = $2 AND revoked_at IS NULL AND expires_at > now()
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

PREPARE s_d58ac35d0fd5 (uuid, text, uuid, interval, text, text, text, text) AS
WITH live_tokens AS (
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
    SELECT family_id, client_id FROM tokens UNION SELECT family_id, client_id FROM codes
), listed AS (
    INSERT INTO oauth_revoked_tokens (jti, expires_at)
    SELECT replace(family_id::text, '-', ''), now() + $4 FROM families
    ON CONFLICT (jti) DO UPDATE SET expires_at = excluded.expires_at
), audited AS (
    INSERT INTO oauth_audit_events (event, reason, client_id, user_id, family_id, address, correlation_id)
    SELECT $5, $6, client_id, $1, family_id, $7, $8 FROM families
)
SELECT count(*) FROM families;

PREPARE s_257e814c778c (uuid, text, uuid, interval, text, text, text, text) AS
WITH live_tokens AS (
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
    SELECT family_id, client_id FROM tokens UNION SELECT family_id, client_id FROM codes
), listed AS (
    INSERT INTO oauth_revoked_tokens (jti, expires_at)
    SELECT replace(family_id::text, '-', ''), now() + $4 FROM families
    ON CONFLICT (jti) DO UPDATE SET expires_at = excluded.expires_at
), audited AS (
    INSERT INTO oauth_audit_events (event, reason, client_id, user_id, family_id, address, correlation_id)
    SELECT $5, $6, client_id, $1, family_id, $7, $8 FROM families
)
SELECT count(*) FROM families;

PREPARE s_6603f9a7b6c4 (uuid, text, uuid, interval, text, text, text, text) AS
WITH live_tokens AS (
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
    SELECT family_id, client_id FROM tokens UNION SELECT family_id, client_id FROM codes
), listed AS (
    INSERT INTO oauth_revoked_tokens (jti, expires_at)
    SELECT replace(family_id::text, '-', ''), now() + $4 FROM families
    ON CONFLICT (jti) DO UPDATE SET expires_at = excluded.expires_at
), audited AS (
    INSERT INTO oauth_audit_events (event, reason, client_id, user_id, family_id, address, correlation_id)
    SELECT $5, $6, client_id, $1, family_id, $7, $8 FROM families
)
SELECT count(*) FROM families;

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

PREPARE s_69c430b2fe54 (bytea, bytea, bytea, text, text, interval, bytea, boolean, text, text) AS
WITH presented AS (
    UPDATE oauth_refresh_tokens AS t SET used_at = now(), successor_nonce = $3
    WHERE t.token = $1 AND t.client_id = $4 AND t.used_at IS NULL AND t.revoked_at IS NULL AND t.expires_at > now()
      AND ($5 IS NULL OR string_to_array($5, ' ') <@ string_to_array(t.scope, ' '))
      AND (NOT $8 OR t.device_fingerprint IS NULL OR t.device_fingerprint = $7)
      AND EXISTS (SELECT FROM accounts a WHERE a.id = t.user_id AND a.disabled_at IS NULL)
    RETURNING t.user_id, t.family_id, t.family_expires_at, t.scope, t.device_fingerprint
), successor AS (
    INSERT INTO oauth_refresh_tokens
        (token, client_id, user_id, family_id, family_expires_at, scope, device_fingerprint, expires_at)
    SELECT $2, $4, user_id, family_id, family_expires_at, scope, $7, LEAST(now() + $6, family_expires_at) FROM presented
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

PREPARE s_fa1e1750bffa (bytea, text, text, text, bytea, interval, interval, bytea, text, text) AS
WITH redeemed AS (
    UPDATE oauth_authorization_codes AS c SET used_at = now()
    WHERE c.code = $1 AND c.client_id = $2 AND c.used_at IS NULL AND c.revoked_at IS NULL AND c.expires_at > now()
      AND (c.redirect_uri = $3 OR ($3 IS NULL AND (c.code_challenge IS NOT NULL OR NOT c.redirect_uri_was_sent)))
      AND c.code_challenge IS NOT DISTINCT FROM $4
      AND EXISTS (SELECT FROM accounts a WHERE a.id = c.user_id AND a.disabled_at IS NULL)
    RETURNING c.user_id, c.family_id, c.scope
), first AS (
    INSERT INTO oauth_refresh_tokens
        (token, client_id, user_id, family_id, family_expires_at, scope, device_fingerprint, expires_at)
    SELECT $5, $2, user_id, family_id, now() + $7, scope, $8, now() + LEAST($6, $7) FROM redeemed WHERE $5 IS NOT NULL
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

PREPARE s_3f4d9b1d3641 (bytea, text, text, text) AS
WITH successor AS (
    SELECT user_id, family_id, scope FROM oauth_refresh_tokens
    WHERE token = $1 AND used_at IS NULL AND revoked_at IS NULL AND expires_at > now()
), audited AS (
    INSERT INTO oauth_audit_events (event, client_id, user_id, family_id, address, correlation_id)
    SELECT 'refresh_token_repeated', $2, user_id, family_id, $3, $4 FROM successor
)
SELECT user_id, family_id, scope FROM successor;

PREPARE s_ade40e05af90 AS
WITH unborn AS (
    DELETE FROM oauth_refresh_tokens WHERE token = $3 RETURNING 1
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
EXECUTE s_28bec0014fff ('\x078ff4f3d254013387e5e245c9d2c7b9a634c0034ade8cd3060257a74a12c25f', 'demo-web', 'a11ce000-0000-4000-8000-000000000001', 'STAMP-ALICE', 'a8cd9d32-84c1-e083-bfc2-95458d04eea4', NULL, 'https://c.example/cb', true, 'read write', 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', '0 mons 0 days 600000000 microseconds', '127.0.0.1', '1acf02c8ff1b9631d40a9718a7eb10d3'); -- rows: 0
EXECUTE s_04f384388633 ('a11ce000-0000-4000-8000-000000000001', 'demo-web'); -- rows: 0
EXECUTE s_28bec0014fff ('\x4c31f0c7f67f58df4429cb6a952cf7c145fbcfbce948726c321a8ecc0202ed2b', 'demo-web', 'a11ce000-0000-4000-8000-000000000001', 'STAMP-ALICE', 'df0f2975-66d7-f122-ac00-bbd6c1618ae4', 'c3a2845a-4e97-82ca-aa18-55ca52958a6a', 'https://c.example/cb', true, 'read write', 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', '0 mons 0 days 600000000 microseconds', '127.0.0.1', 'cd649e11c53406d8fafc2738631d93e0'); -- rows: 1
EXECUTE s_28bec0014fff ('\x77926e497b54e52e71fcc1113a5c96e5f96b9b26f8b0af02d82f8e72b3783f0e', 'demo-web', 'a11ce000-0000-4000-8000-000000000001', 'STAMP-ALICE', 'b6daa89e-a69d-6152-daca-0b1d89262f21', NULL, 'https://c.example/cb', true, 'read', 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', '0 mons 0 days 600000000 microseconds', '127.0.0.1', 'f5d4bc229f7a77a312b35795300d85ed'); -- rows: 1
EXECUTE s_fa1e1750bffa ('\x77926e497b54e52e71fcc1113a5c96e5f96b9b26f8b0af02d82f8e72b3783f0e', 'demo-web', NULL, 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', '\x605bb6b6b633486673ec0f7a59c6506b3d51e7b8e41331e12e92bdc59b27b987', '0 mons 7 days 0 microseconds', '0 mons 90 days 0 microseconds', '\x75a11da44c802486bc6f65640aa48a730f0f684c5c07a42ba3cd1735eb3fb070', '127.0.0.1', 'f27ac76835cb4c4508deffb43c4a5201'); -- rows: 1
EXECUTE s_69c430b2fe54 ('\x605bb6b6b633486673ec0f7a59c6506b3d51e7b8e41331e12e92bdc59b27b987', '\x50285e7f6c54468f8ad38bafc8751e3ad05d59e4a87d0c8efd4bb8c1116ecfa6', '\xba4fd9b609cd26a4558b9e9e1e8592cc45a853d18abba16d003cfd7c72b9e661', 'demo-web', NULL, '0 mons 7 days 0 microseconds', '\x75a11da44c802486bc6f65640aa48a730f0f684c5c07a42ba3cd1735eb3fb070', false, '127.0.0.1', '52baaa3bad5c92db4d09132fb7daef96'); -- rows: 1
EXECUTE s_69c430b2fe54 ('\x605bb6b6b633486673ec0f7a59c6506b3d51e7b8e41331e12e92bdc59b27b987', '\x8ff6f32e0d993ff36dd1238b30732f4e329174508ffddd52b1312274c0204fb7', '\x775ed74945dd78516f71435734f48d934309d9ddaac1f18621ecaabc88b32390', 'demo-web', NULL, '0 mons 7 days 0 microseconds', '\x75a11da44c802486bc6f65640aa48a730f0f684c5c07a42ba3cd1735eb3fb070', false, '127.0.0.1', '5323870c93f473b25bbce5868808fdf9'); -- rows: 0
EXECUTE s_7f7fdde0bff2 ('\x605bb6b6b633486673ec0f7a59c6506b3d51e7b8e41331e12e92bdc59b27b987', '0 mons 0 days 30000000 microseconds'); -- rows: 1
EXECUTE s_3f4d9b1d3641 ('\x50285e7f6c54468f8ad38bafc8751e3ad05d59e4a87d0c8efd4bb8c1116ecfa6', 'demo-web', '127.0.0.1', '5323870c93f473b25bbce5868808fdf9'); -- rows: 1
EXECUTE s_3feea8f8b60b ('b6daa89ea69d6152daca0b1d89262f21.FiN1z-a9IXXKIhSELhYJaA', '0 mons 0 days 1200000000 microseconds', 'demo-web', 'a11ce000-0000-4000-8000-000000000001', '127.0.0.1', 'ab009739998e8dde6929a6b8d027e81b'); -- rows: 1
EXECUTE s_7f7fdde0bff2 ('\x50285e7f6c54468f8ad38bafc8751e3ad05d59e4a87d0c8efd4bb8c1116ecfa6', '0 mons 0 days 0 microseconds'); -- rows: 1
EXECUTE s_d58ac35d0fd5 ('a11ce000-0000-4000-8000-000000000001', 'demo-web', 'b6daa89e-a69d-6152-daca-0b1d89262f21', '0 mons 0 days 1200000000 microseconds', 'token_revoked', NULL, '127.0.0.1', 'ae12401650c8f21860e715a53f9c0d86'); -- rows: 1
EXECUTE s_d58ac35d0fd5 ('a11ce000-0000-4000-8000-000000000001', 'demo-web', 'b6daa89e-a69d-6152-daca-0b1d89262f21', '0 mons 0 days 1200000000 microseconds', 'token_revoked', NULL, '127.0.0.1', 'ae12401650c8f21860e715a53f9c0d86'); -- rows: 1
EXECUTE s_fa1e1750bffa ('\x77926e497b54e52e71fcc1113a5c96e5f96b9b26f8b0af02d82f8e72b3783f0e', 'demo-web', NULL, 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', '\xc0462a633a227ad903425256180772446165ba8c0cf1f818e9c34d1250bca071', '0 mons 7 days 0 microseconds', '0 mons 90 days 0 microseconds', '\x75a11da44c802486bc6f65640aa48a730f0f684c5c07a42ba3cd1735eb3fb070', '127.0.0.1', '079889e4b9283f44cd8445df97498878'); -- rows: 0
EXECUTE s_d70b65d7f996 ('\x77926e497b54e52e71fcc1113a5c96e5f96b9b26f8b0af02d82f8e72b3783f0e'); -- rows: 1
EXECUTE s_d58ac35d0fd5 ('a11ce000-0000-4000-8000-000000000001', 'demo-web', 'b6daa89e-a69d-6152-daca-0b1d89262f21', '0 mons 0 days 1200000000 microseconds', 'code_reused', 'code_reused', '127.0.0.1', '079889e4b9283f44cd8445df97498878'); -- rows: 1
EXECUTE s_69c430b2fe54 ('\xa873855b172f98c40386ed174af9353b2fb1d8bb53ea2d6c18696eb1037e64a7', '\xe788e91060744a06095d95e94cf462b11b80acf228dd216ac8c3212a0da9dc73', '\x4292e20df7716dafff31770582c414afb9307fa8f8e641e6b393502d0cadd073', 'demo-web', NULL, '0 mons 7 days 0 microseconds', '\x75a11da44c802486bc6f65640aa48a730f0f684c5c07a42ba3cd1735eb3fb070', false, '127.0.0.1', 'ed075ecae021f9b051042dc43c92c092'); -- rows: 0
EXECUTE s_7f7fdde0bff2 ('\xa873855b172f98c40386ed174af9353b2fb1d8bb53ea2d6c18696eb1037e64a7', '0 mons 0 days 30000000 microseconds'); -- rows: 0
EXECUTE s_28bec0014fff ('\x32e52cfb40e98c949899c157988fca5ac6bc86ed57992e87f381e39be3ee83b7', 'demo-web', 'a11ce000-0000-4000-8000-000000000001', 'STAMP-ALICE', '3efaa8ab-bc63-45f6-366c-539ca6ad641d', NULL, 'https://c.example/cb', true, 'read', 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', '0 mons 0 days 600000000 microseconds', '127.0.0.1', 'd78cbd10ab8e6748c19d53c7278fe1f0'); -- rows: 1
EXECUTE s_fa1e1750bffa ('\x32e52cfb40e98c949899c157988fca5ac6bc86ed57992e87f381e39be3ee83b7', 'demo-web', NULL, 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', '\x0b8d707beab40f4824a4b174c281b6b1b6296b10f1bd1080afe8e892626e8968', '0 mons 7 days 0 microseconds', '0 mons 90 days 0 microseconds', '\x75a11da44c802486bc6f65640aa48a730f0f684c5c07a42ba3cd1735eb3fb070', '127.0.0.1', '0e61f23b63a0244716ab42091b6a4ae8'); -- rows: 1
EXECUTE s_69c430b2fe54 ('\x0b8d707beab40f4824a4b174c281b6b1b6296b10f1bd1080afe8e892626e8968', '\xa05a5203edc696fb6e318d30625f1214bd84ee81ba2052eae53364f30deedc57', '\x36f0eca183eb0036401298e140ac8275d8a28bac5acc822baafe22407b9a5fcc', 'demo-web', NULL, '0 mons 7 days 0 microseconds', '\x75a11da44c802486bc6f65640aa48a730f0f684c5c07a42ba3cd1735eb3fb070', false, '127.0.0.1', 'b43ef7ec5fee34dce0039cf530887a7f'); -- rows: 1
EXECUTE s_69c430b2fe54 ('\xa05a5203edc696fb6e318d30625f1214bd84ee81ba2052eae53364f30deedc57', '\x5421ced29d40ccfa8969cbf4dda1a2cd0bbebe7b1af429a80673185c2922e91e', '\x2cd30a72e90646cb83eaafe3705fa09b05878f245c64a754e19ff89583cf43dc', 'demo-web', NULL, '0 mons 7 days 0 microseconds', '\x75a11da44c802486bc6f65640aa48a730f0f684c5c07a42ba3cd1735eb3fb070', false, '127.0.0.1', '4ead93dcf8a213cc4c00fb68846844c7'); -- rows: 1
EXECUTE s_69c430b2fe54 ('\x0b8d707beab40f4824a4b174c281b6b1b6296b10f1bd1080afe8e892626e8968', '\x4d3b09c2d72067bb4f735f427c5818186858e359397e15e6d50fc236ec8db571', '\xccf9945e3e6b8db4885fb869ee8e685812918b06a210717fcaabe6f98c18b971', 'demo-web', NULL, '0 mons 7 days 0 microseconds', '\x75a11da44c802486bc6f65640aa48a730f0f684c5c07a42ba3cd1735eb3fb070', false, '127.0.0.1', 'e66609790583bc24f432737808dcd75b'); -- rows: 0
EXECUTE s_7f7fdde0bff2 ('\x0b8d707beab40f4824a4b174c281b6b1b6296b10f1bd1080afe8e892626e8968', '0 mons 0 days 30000000 microseconds'); -- rows: 1
EXECUTE s_3f4d9b1d3641 ('\xa05a5203edc696fb6e318d30625f1214bd84ee81ba2052eae53364f30deedc57', 'demo-web', '127.0.0.1', 'e66609790583bc24f432737808dcd75b'); -- rows: 0
EXECUTE s_d58ac35d0fd5 ('a11ce000-0000-4000-8000-000000000001', 'demo-web', '3efaa8ab-bc63-45f6-366c-539ca6ad641d', '0 mons 0 days 1200000000 microseconds', 'refresh_token_reused', 'refresh_token_reused', '127.0.0.1', 'e66609790583bc24f432737808dcd75b'); -- rows: 1
EXECUTE s_d58ac35d0fd5 ('a11ce000-0000-4000-8000-000000000001', 'demo-web', '3efaa8ab-bc63-45f6-366c-539ca6ad641d', '0 mons 0 days 1200000000 microseconds', 'refresh_token_reused', 'refresh_token_reused', '127.0.0.1', 'e66609790583bc24f432737808dcd75b'); -- rows: 1
EXECUTE s_69c430b2fe54 ('\x5421ced29d40ccfa8969cbf4dda1a2cd0bbebe7b1af429a80673185c2922e91e', '\x8d8bbdb1749ebeac3cca63bf8d9290a1c006aa93f6d63ea25076962c89f19020', '\x12266fdab519dfa354ebdb1e9b97b349d1afb01a64b6f38adf630d519afde1ca', 'demo-web', NULL, '0 mons 7 days 0 microseconds', '\x75a11da44c802486bc6f65640aa48a730f0f684c5c07a42ba3cd1735eb3fb070', false, '127.0.0.1', 'fdbcb67dc2dd8e3a52e000500da1d598'); -- rows: 0
EXECUTE s_7f7fdde0bff2 ('\x5421ced29d40ccfa8969cbf4dda1a2cd0bbebe7b1af429a80673185c2922e91e', '0 mons 0 days 30000000 microseconds'); -- rows: 1
EXECUTE s_4d409276f48b ('a11ce000-0000-4000-8000-000000000001'); -- rows: 1
EXECUTE s_31997d9bf9d2 ('a11ce000-0000-4000-8000-000000000001', 'demo-web'); -- rows: 1
EXECUTE s_257e814c778c ('a11ce000-0000-4000-8000-000000000001', 'demo-web', NULL, '0 mons 0 days 1200000000 microseconds', 'grant_withdrawn', NULL, '127.0.0.1', 'fdd9e4780a7adf27ad8d9ff9701fe044'); -- rows: 1
EXECUTE s_257e814c778c ('a11ce000-0000-4000-8000-000000000001', 'demo-web', NULL, '0 mons 0 days 1200000000 microseconds', 'grant_withdrawn', NULL, '127.0.0.1', 'fdd9e4780a7adf27ad8d9ff9701fe044'); -- rows: 1
EXECUTE s_f23c8771a11d (100000, '0 mons 90 days 0 microseconds'); -- rows: 1
EXECUTE s_e5637f155e73 (200, '0 mons 90 days 0 microseconds', NULL); -- rows: 1
EXECUTE s_b34091d43de1 (100000, '0 mons 1 days 0 microseconds'); -- rows: 1
EXECUTE s_bc016c8db761 (200, '0 mons 1 days 0 microseconds', NULL); -- rows: 1
EXECUTE s_a19d9a3b5b8e (100000, '0 mons 0 days 0 microseconds'); -- rows: 1
EXECUTE s_345ba7b9aff2 (200, '0 mons 0 days 0 microseconds', NULL); -- rows: 1
EXECUTE s_31997d9bf9d2 ('b0b00000-0000-4000-8000-000000000002', NULL); -- rows: 0
EXECUTE s_6603f9a7b6c4 ('b0b00000-0000-4000-8000-000000000002', NULL, NULL, '0 mons 0 days 1200000000 microseconds', 'grant_withdrawn', NULL, NULL, NULL); -- rows: 1
