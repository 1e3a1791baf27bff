-- What servers of schema 008 say to the database. ServerStatementTests writes this file: run it with OAUTH_WRITE_DOCS=1 after
-- changing a statement. What stands here stays: a server that says it may still run beside a newer schema.

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

PREPARE s_d70b65d7f996 (bytea) AS
SELECT client_id, user_id, family_id, redirect_uri, redirect_uri_was_sent, code_challenge,
       expires_at <= now(), used_at IS NOT NULL, revoked_at IS NOT NULL
FROM oauth_authorization_codes WHERE code = $1;

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

PREPARE s_02bf5e116a05 AS
SELECT now();

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

PREPARE s_cad2ad4b40bd AS
SELECT pg_try_advisory_xact_lock(x'6F61757468736561'::bigint);

PREPARE s_57be9f4775c2 AS
SELECT script_name FROM schema_versions ORDER BY script_name;

PREPARE s_e826dc1ddbde AS
SELECT sequence, day, from_id, to_id, row_count, hash, sealed_at, kid, signature FROM oauth_audit_seals ORDER BY sequence;

PREPARE s_969b25ae621b AS
SELECT sequence, day, from_id, to_id, row_count, hash, sealed_at, kid, signature FROM oauth_audit_seals ORDER BY sequence DESC LIMIT 1;

PREPARE s_6430b7a61cbd (text) AS
SELECT set_config('statement_timeout', $1, true), set_config('synchronous_commit', 'off', true);

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

-- One way through the server, as it was recorded, with the rows that each statement gave.
EXECUTE s_28bec0014fff ('\x0b4b26b925650a288239fa62c146233989faee5bf3dfef4510ddad9f3728a941', 'demo-web', 'a11ce000-0000-4000-8000-000000000001', 'STAMP-ALICE', '0f1f312e-48f4-22e1-a9f2-da51f8b6501e', NULL, 'https://c.example/cb', true, 'read write', 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', '0 mons 0 days 600000000 microseconds', '127.0.0.1', 'e542ab2ea52ed33369c451b36fb4fe1b'); -- rows: 0
EXECUTE s_04f384388633 ('a11ce000-0000-4000-8000-000000000001', 'demo-web'); -- rows: 0
EXECUTE s_28bec0014fff ('\xe8a5e2732dab702bf3cc4638cc3cdb2b6e142ec7782d821db0ebb3794bb07e3f', 'demo-web', 'a11ce000-0000-4000-8000-000000000001', 'STAMP-ALICE', 'a2b0b4fc-91d0-225a-6e89-46cf9f4457d2', 'd50738fc-01ea-63de-f468-56a686ad7df8', 'https://c.example/cb', true, 'read write', 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', '0 mons 0 days 600000000 microseconds', '127.0.0.1', '06504efb8d918d7bafa09ebc79396e52'); -- rows: 1
EXECUTE s_28bec0014fff ('\xde85ddaa6eb9bae36107d7f30aac0e9329f9778a6afe23ec134686c4de100d20', 'demo-web', 'a11ce000-0000-4000-8000-000000000001', 'STAMP-ALICE', 'a716ce15-26e2-68c7-1def-7724d2ce156a', NULL, 'https://c.example/cb', true, 'read', 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', '0 mons 0 days 600000000 microseconds', '127.0.0.1', '550d48c620bb10766564643cd71c5b63'); -- rows: 1
EXECUTE s_fa1e1750bffa ('\xde85ddaa6eb9bae36107d7f30aac0e9329f9778a6afe23ec134686c4de100d20', 'demo-web', NULL, 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', '\xa7f2567d654b0435c3c233a44c63856a48f36e9d554fea98af637027c3a00b6c', '0 mons 7 days 0 microseconds', '0 mons 90 days 0 microseconds', '\x75a11da44c802486bc6f65640aa48a730f0f684c5c07a42ba3cd1735eb3fb070', '127.0.0.1', 'c888e97391224028d2829c35710e06ef'); -- rows: 1
EXECUTE s_69c430b2fe54 ('\xa7f2567d654b0435c3c233a44c63856a48f36e9d554fea98af637027c3a00b6c', '\xdaa8e3085af731b37a1959bc51d9230d58c0ef623cdc0c105bcd87443024c1f8', '\x3fffb85fe4efcda2a90ae11be3fb214dc625b9d3dea4007cb50af4538302ddea', 'demo-web', NULL, '0 mons 7 days 0 microseconds', '\x75a11da44c802486bc6f65640aa48a730f0f684c5c07a42ba3cd1735eb3fb070', false, '127.0.0.1', '465939afaffc74ad3a070d69c108cee0'); -- rows: 1
EXECUTE s_69c430b2fe54 ('\xa7f2567d654b0435c3c233a44c63856a48f36e9d554fea98af637027c3a00b6c', '\x6ab3f47c712f78e681655ffd01ec40d479bc19ba1713be5844e2935a9b3a1101', '\x2e7f0ac977a9d377eda790de281f30026e106ed1fc6eca4811a7ab421e9877a5', 'demo-web', NULL, '0 mons 7 days 0 microseconds', '\x75a11da44c802486bc6f65640aa48a730f0f684c5c07a42ba3cd1735eb3fb070', false, '127.0.0.1', 'c2f88f05a670edff1830bd764a0bcbb2'); -- rows: 0
EXECUTE s_7f7fdde0bff2 ('\xa7f2567d654b0435c3c233a44c63856a48f36e9d554fea98af637027c3a00b6c', '0 mons 0 days 30000000 microseconds'); -- rows: 1
EXECUTE s_3f4d9b1d3641 ('\xdaa8e3085af731b37a1959bc51d9230d58c0ef623cdc0c105bcd87443024c1f8', 'demo-web', '127.0.0.1', 'c2f88f05a670edff1830bd764a0bcbb2'); -- rows: 1
EXECUTE s_3feea8f8b60b ('a716ce1526e268c71def7724d2ce156a.SIH6_Y2937HG-t6QUa8JGA', '0 mons 0 days 1200000000 microseconds', 'demo-web', 'a11ce000-0000-4000-8000-000000000001', '127.0.0.1', '69f84cb155e0c2196aa38b1b1d00fbd6'); -- rows: 1
EXECUTE s_7f7fdde0bff2 ('\xdaa8e3085af731b37a1959bc51d9230d58c0ef623cdc0c105bcd87443024c1f8', '0 mons 0 days 0 microseconds'); -- rows: 1
EXECUTE s_d58ac35d0fd5 ('a11ce000-0000-4000-8000-000000000001', 'demo-web', 'a716ce15-26e2-68c7-1def-7724d2ce156a', '0 mons 0 days 1200000000 microseconds', 'token_revoked', NULL, '127.0.0.1', 'df0f3684bf263bcd2bb6bcd54c707372'); -- rows: 1
EXECUTE s_d58ac35d0fd5 ('a11ce000-0000-4000-8000-000000000001', 'demo-web', 'a716ce15-26e2-68c7-1def-7724d2ce156a', '0 mons 0 days 1200000000 microseconds', 'token_revoked', NULL, '127.0.0.1', 'df0f3684bf263bcd2bb6bcd54c707372'); -- rows: 1
EXECUTE s_fa1e1750bffa ('\xde85ddaa6eb9bae36107d7f30aac0e9329f9778a6afe23ec134686c4de100d20', 'demo-web', NULL, 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', '\x8f23127e1c9147c1dd75b0fd0bd510397cae2179c67d9ea6d7bb2fb8a48b71b4', '0 mons 7 days 0 microseconds', '0 mons 90 days 0 microseconds', '\x75a11da44c802486bc6f65640aa48a730f0f684c5c07a42ba3cd1735eb3fb070', '127.0.0.1', 'c20574c6fc3bc2e126a9ab6ef51dfa58'); -- rows: 0
EXECUTE s_d70b65d7f996 ('\xde85ddaa6eb9bae36107d7f30aac0e9329f9778a6afe23ec134686c4de100d20'); -- rows: 1
EXECUTE s_d58ac35d0fd5 ('a11ce000-0000-4000-8000-000000000001', 'demo-web', 'a716ce15-26e2-68c7-1def-7724d2ce156a', '0 mons 0 days 1200000000 microseconds', 'code_reused', 'code_reused', '127.0.0.1', 'c20574c6fc3bc2e126a9ab6ef51dfa58'); -- rows: 1
EXECUTE s_69c430b2fe54 ('\xa873855b172f98c40386ed174af9353b2fb1d8bb53ea2d6c18696eb1037e64a7', '\x28eeefa54241703f75df6fc704799a2ecd539af504679a4fc99aeeebf9e51f46', '\x5d8c898ad966d0042d07723f7f752ec175951cc8d7e331792028737d9eefb977', 'demo-web', NULL, '0 mons 7 days 0 microseconds', '\x75a11da44c802486bc6f65640aa48a730f0f684c5c07a42ba3cd1735eb3fb070', false, '127.0.0.1', '601b1bf2d9e95f2fe3093f36fb45207f'); -- rows: 0
EXECUTE s_7f7fdde0bff2 ('\xa873855b172f98c40386ed174af9353b2fb1d8bb53ea2d6c18696eb1037e64a7', '0 mons 0 days 30000000 microseconds'); -- rows: 0
EXECUTE s_28bec0014fff ('\x3c0356caed33862bbc57508c1a8b3ec4f35f192c1f0ec6260ca61330d3aea145', 'demo-web', 'a11ce000-0000-4000-8000-000000000001', 'STAMP-ALICE', 'b2c23f6d-3bdc-dafc-475d-79d1782cf993', NULL, 'https://c.example/cb', true, 'read', 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', '0 mons 0 days 600000000 microseconds', '127.0.0.1', 'b631e6428209a3845d8dac9efeedf270'); -- rows: 1
EXECUTE s_fa1e1750bffa ('\x3c0356caed33862bbc57508c1a8b3ec4f35f192c1f0ec6260ca61330d3aea145', 'demo-web', NULL, 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', '\x858ba43c7fa8231ed836afcc17f93d3fd23767334ae9a7613649eba999e0c789', '0 mons 7 days 0 microseconds', '0 mons 90 days 0 microseconds', '\x75a11da44c802486bc6f65640aa48a730f0f684c5c07a42ba3cd1735eb3fb070', '127.0.0.1', '7cba2959457e0e09116b99d01b0d3d0c'); -- rows: 1
EXECUTE s_69c430b2fe54 ('\x858ba43c7fa8231ed836afcc17f93d3fd23767334ae9a7613649eba999e0c789', '\xb670ca696b54bfc6f3439b781618038aec6a085fe4ca570b24917b5e76082a42', '\xf98655b2377adf79bdb1de6667f7fb8ad504ae778034064568bc017f3096ee70', 'demo-web', NULL, '0 mons 7 days 0 microseconds', '\x75a11da44c802486bc6f65640aa48a730f0f684c5c07a42ba3cd1735eb3fb070', false, '127.0.0.1', 'a124c18d00e83098861dca5b6f207efc'); -- rows: 1
EXECUTE s_69c430b2fe54 ('\xb670ca696b54bfc6f3439b781618038aec6a085fe4ca570b24917b5e76082a42', '\x183d08a74007bdf2e7dbf6f163b07778fc7e434a338b5e7a263cb7e8ee0596c7', '\x1a8682e3ad5287afbfa28b754f14553c58a01962913bd117d3363de7442567fb', 'demo-web', NULL, '0 mons 7 days 0 microseconds', '\x75a11da44c802486bc6f65640aa48a730f0f684c5c07a42ba3cd1735eb3fb070', false, '127.0.0.1', '08acb77eb23563c5ac62f77aa7886536'); -- rows: 1
EXECUTE s_69c430b2fe54 ('\x858ba43c7fa8231ed836afcc17f93d3fd23767334ae9a7613649eba999e0c789', '\x2c3f2edf9cde8a4da1890918a7aa54a1fd99c742e87a1077bc876e6268b01e0d', '\x9fcd5231744717ce5f0ccc652a1b05befdd1d02ab8df62ce59e5d443d3b311ce', 'demo-web', NULL, '0 mons 7 days 0 microseconds', '\x75a11da44c802486bc6f65640aa48a730f0f684c5c07a42ba3cd1735eb3fb070', false, '127.0.0.1', '69652c3f3097d345e7d4ba44ec4af4a2'); -- rows: 0
EXECUTE s_7f7fdde0bff2 ('\x858ba43c7fa8231ed836afcc17f93d3fd23767334ae9a7613649eba999e0c789', '0 mons 0 days 30000000 microseconds'); -- rows: 1
EXECUTE s_3f4d9b1d3641 ('\xb670ca696b54bfc6f3439b781618038aec6a085fe4ca570b24917b5e76082a42', 'demo-web', '127.0.0.1', '69652c3f3097d345e7d4ba44ec4af4a2'); -- rows: 0
EXECUTE s_d58ac35d0fd5 ('a11ce000-0000-4000-8000-000000000001', 'demo-web', 'b2c23f6d-3bdc-dafc-475d-79d1782cf993', '0 mons 0 days 1200000000 microseconds', 'refresh_token_reused', 'refresh_token_reused', '127.0.0.1', '69652c3f3097d345e7d4ba44ec4af4a2'); -- rows: 1
EXECUTE s_d58ac35d0fd5 ('a11ce000-0000-4000-8000-000000000001', 'demo-web', 'b2c23f6d-3bdc-dafc-475d-79d1782cf993', '0 mons 0 days 1200000000 microseconds', 'refresh_token_reused', 'refresh_token_reused', '127.0.0.1', '69652c3f3097d345e7d4ba44ec4af4a2'); -- rows: 1
EXECUTE s_69c430b2fe54 ('\x183d08a74007bdf2e7dbf6f163b07778fc7e434a338b5e7a263cb7e8ee0596c7', '\xa332be9f7015d7471b16d41360c3c168c11e7508fb5e73e17c34af4712615df0', '\x0bd4d2488b582a3bf4d74df04dc9405f8a96d07f6e0b277b32fe6907890a360f', 'demo-web', NULL, '0 mons 7 days 0 microseconds', '\x75a11da44c802486bc6f65640aa48a730f0f684c5c07a42ba3cd1735eb3fb070', false, '127.0.0.1', 'd98744e42edf5afe9559d994ef5a98d0'); -- rows: 0
EXECUTE s_7f7fdde0bff2 ('\x183d08a74007bdf2e7dbf6f163b07778fc7e434a338b5e7a263cb7e8ee0596c7', '0 mons 0 days 30000000 microseconds'); -- rows: 1
EXECUTE s_4d409276f48b ('a11ce000-0000-4000-8000-000000000001'); -- rows: 1
EXECUTE s_31997d9bf9d2 ('a11ce000-0000-4000-8000-000000000001', 'demo-web'); -- rows: 1
EXECUTE s_257e814c778c ('a11ce000-0000-4000-8000-000000000001', 'demo-web', NULL, '0 mons 0 days 1200000000 microseconds', 'grant_withdrawn', NULL, '127.0.0.1', 'd139b5ef4d78c874bbdfdc029ad06328'); -- rows: 1
EXECUTE s_257e814c778c ('a11ce000-0000-4000-8000-000000000001', 'demo-web', NULL, '0 mons 0 days 1200000000 microseconds', 'grant_withdrawn', NULL, '127.0.0.1', 'd139b5ef4d78c874bbdfdc029ad06328'); -- rows: 1
EXECUTE s_f23c8771a11d (100000, '0 mons 90 days 0 microseconds'); -- rows: 1
EXECUTE s_e5637f155e73 (1000, '0 mons 90 days 0 microseconds', NULL); -- rows: 1
EXECUTE s_b34091d43de1 (100000, '0 mons 1 days 0 microseconds'); -- rows: 1
EXECUTE s_bc016c8db761 (1000, '0 mons 1 days 0 microseconds', NULL); -- rows: 1
EXECUTE s_a19d9a3b5b8e (100000, '0 mons 0 days 0 microseconds'); -- rows: 1
EXECUTE s_345ba7b9aff2 (1000, '0 mons 0 days 0 microseconds', NULL); -- rows: 1
EXECUTE s_31997d9bf9d2 ('b0b00000-0000-4000-8000-000000000002', NULL); -- rows: 0
EXECUTE s_6603f9a7b6c4 ('b0b00000-0000-4000-8000-000000000002', NULL, NULL, '0 mons 0 days 1200000000 microseconds', 'grant_withdrawn', NULL, NULL, NULL); -- rows: 1
