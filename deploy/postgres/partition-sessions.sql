-- Sessions (oauth_refresh_tokens) in 16 parts by hash of the session, within one PostgreSQL: docs/scale.md says when.
-- As the owner of the tables, after "OAuthServer migrate", with the instances stopped: every row is written once more.
--   psql -v ON_ERROR_STOP=1 -f partition-sessions.sql
-- The server needs no setting. What it asks by the session's key goes to one part; the rest is asked of all of them.
BEGIN;
LOCK TABLE oauth_refresh_tokens IN ACCESS EXCLUSIVE MODE;

ALTER TABLE oauth_refresh_tokens RENAME TO oauth_refresh_tokens_whole;
ALTER TABLE oauth_refresh_tokens_whole RENAME CONSTRAINT oauth_refresh_tokens_pkey TO oauth_refresh_tokens_whole_pkey;
ALTER TABLE oauth_refresh_tokens_whole RENAME CONSTRAINT oauth_refresh_tokens_grant TO oauth_refresh_tokens_whole_grant;
ALTER INDEX oauth_refresh_tokens_sweep_at RENAME TO oauth_refresh_tokens_whole_sweep_at;

CREATE TABLE oauth_refresh_tokens (
    LIKE oauth_refresh_tokens_whole INCLUDING DEFAULTS INCLUDING COMMENTS INCLUDING STORAGE INCLUDING CONSTRAINTS
) PARTITION BY HASH (family);

-- What is unique over all parts has to contain what they are made by. So the key stays one, and the grant's is a plain
-- index: a grant is made by the code that begins it, which works once.
ALTER TABLE oauth_refresh_tokens ADD CONSTRAINT oauth_refresh_tokens_pkey PRIMARY KEY (family);
CREATE INDEX oauth_refresh_tokens_grant ON oauth_refresh_tokens (user_id, client_id, id);
CREATE INDEX oauth_refresh_tokens_sweep_at ON oauth_refresh_tokens (sweep_at);

-- Each part is a table with storage and vacuum settings of its own: those of the whole.
DO $$
DECLARE
    settings text := (SELECT array_to_string(reloptions, ', ') FROM pg_class
                      WHERE oid = 'oauth_refresh_tokens_whole'::regclass);
BEGIN
    FOR part IN 0..15 LOOP
        EXECUTE format(
            'CREATE TABLE oauth_refresh_tokens_%s PARTITION OF oauth_refresh_tokens
                 FOR VALUES WITH (MODULUS 16, REMAINDER %s) WITH (%s)',
            lpad(part::text, 2, '0'), part, settings);
    END LOOP;
END
$$;

-- The rights of whoever had them; the parts need none, for they are asked through the whole.
DO $$
DECLARE
    held record;
BEGIN
    FOR held IN
        SELECT CASE WHEN grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(grantee)) END AS role,
               string_agg(privilege_type, ', ') AS rights
        FROM pg_class, aclexplode(relacl)
        WHERE oid = 'oauth_refresh_tokens_whole'::regclass AND grantee <> relowner
        GROUP BY grantee
    LOOP
        EXECUTE format('GRANT %s ON oauth_refresh_tokens TO %s', held.rights, held.role);
    END LOOP;
END
$$;

INSERT INTO oauth_refresh_tokens SELECT * FROM oauth_refresh_tokens_whole;
DROP TABLE oauth_refresh_tokens_whole;
COMMIT;

ANALYZE oauth_refresh_tokens;
