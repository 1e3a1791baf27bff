-- Where people are signed in, which apps learned of it, and what those apps are still to be told (OpenID Connect
-- RP-Initiated Logout, Back-Channel Logout). docs/sign-out.md says what ends when.

-- A session of a person in one browser, which has the id alone in its cookie. To end one by hand:
-- UPDATE account_sessions SET ended_at = now() WHERE id = '...' (user_id = account_of('...') for all of a person)
CREATE TABLE account_sessions (
    id                   uuid        PRIMARY KEY,  -- the sid of ID tokens
    user_id              uuid        NOT NULL,     -- of a deleted account too, until its apps were told
    kept                 boolean     NOT NULL,     -- "keep me signed in": use moves its end
    device               text,                     -- browser and system, in words
    address              text,                     -- where the person signed in last
    began_at             timestamptz NOT NULL DEFAULT now(),
    used_at              timestamptz NOT NULL DEFAULT now(),  -- some minutes behind
    ends_at              timestamptz NOT NULL,
    ended_at             timestamptz,
    ended_by             text,                     -- what ended it
    ended_with_all       boolean     NOT NULL DEFAULT false,  -- every session of the person ended at once
    ended_from           text,                     -- the address that ended it
    ended_correlation_id text,

    CONSTRAINT session_device_has_at_most_100_characters CHECK (length(device) <= 100),
    CONSTRAINT session_that_is_over_says_when CHECK (ended_at IS NOT NULL OR (ended_by IS NULL AND NOT ended_with_all))
) WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02);

CREATE INDEX account_sessions_live ON account_sessions (user_id) WHERE ended_at IS NULL;
CREATE INDEX account_sessions_ends_at ON account_sessions (ends_at) WHERE ended_at IS NULL;
CREATE INDEX account_sessions_ended_at ON account_sessions (ended_at) WHERE ended_at IS NOT NULL;

-- The apps that a session signed the person in to, by a code with the scope openid.
CREATE TABLE account_session_clients (
    session_id  uuid NOT NULL REFERENCES account_sessions (id) ON DELETE CASCADE,
    client_id   text NOT NULL,
    PRIMARY KEY (session_id, client_id)
);

ALTER TABLE oauth_clients
    ADD COLUMN backchannel_logout_uri     text,  -- where the app is told that a session is over
    ADD COLUMN post_logout_redirect_uris  text[] NOT NULL DEFAULT '{}',  -- where the app may have people sent then

    ADD CONSTRAINT backchannel_logout_uri_is_at_most_2000_printable_ascii CHECK (
        length(backchannel_logout_uri) <= 2000 AND backchannel_logout_uri !~ '[^\x21-\x7E]'),
    -- http is sent to in Development alone.
    ADD CONSTRAINT backchannel_logout_uri_is_https_or_loopback_http CHECK (
        backchannel_logout_uri ~ ('^(https://[A-Za-z0-9\[][A-Za-z0-9.:\[\]_-]*'
                                  '|http://(127\.0\.0\.1|\[::1\]|localhost)(:[0-9]{1,5})?)([/?]|$)')),
    ADD CONSTRAINT backchannel_logout_uri_has_no_fragment CHECK (backchannel_logout_uri !~ '#'),

    ADD CONSTRAINT post_logout_redirect_uri_is_at_most_2000_characters CHECK (oauth_every(post_logout_redirect_uris,
        '^.{1,255}.{0,255}.{0,255}.{0,255}.{0,255}.{0,255}.{0,255}.{0,215}$')),
    ADD CONSTRAINT post_logout_redirect_uri_has_no_space_control_or_non_ascii
        CHECK (oauth_none(post_logout_redirect_uris, '[^\x21-\x7E]')),
    ADD CONSTRAINT post_logout_redirect_uri_has_no_backslash_quote_or_bracket
        CHECK (oauth_none(post_logout_redirect_uris, '[\\"<>^`{|}]')),
    ADD CONSTRAINT post_logout_redirect_uri_has_no_fragment CHECK (oauth_none(post_logout_redirect_uris, '#')),
    ADD CONSTRAINT post_logout_redirect_uri_has_no_wildcard CHECK (oauth_none(post_logout_redirect_uris, '\*')),
    ADD CONSTRAINT post_logout_redirect_uri_has_no_user_info
        CHECK (oauth_none(post_logout_redirect_uris, '^[^:/?#]+://[^/?#]*@')),
    ADD CONSTRAINT post_logout_redirect_uri_has_no_dot_segment
        CHECK (oauth_none(post_logout_redirect_uris, '(/|%2[fF])(\.|%2[eE]){1,2}(/|%2[fF]|\?|$)')),
    ADD CONSTRAINT post_logout_redirect_uri_is_https_loopback_http_or_apps_scheme
        CHECK (oauth_schemes_are_fit(post_logout_redirect_uris, accepted_schemes)),
    -- The answer adds it, and it must not occur twice.
    ADD CONSTRAINT post_logout_redirect_uri_query_has_no_state
        CHECK (oauth_none(post_logout_redirect_uris, '[?&]state(=|&|$)')),
    ADD CONSTRAINT post_logout_private_use_scheme_is_for_native_clients CHECK (
        application_type = 'native'
        OR oauth_none(post_logout_redirect_uris, '^[a-z][a-z0-9+-]*(\.[a-z0-9+-]+)+:/'));

-- What an app is still to be told, at least once: a signed logout token with this jti, however often it is tried.
CREATE TABLE oauth_logout_notices (
    jti           uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
    client_id     text        NOT NULL,
    session_id    uuid        NOT NULL,
    user_id       uuid        NOT NULL,
    names_person  boolean     NOT NULL,  -- every session of the person ended at once: the token says whose
    made_at       timestamptz NOT NULL DEFAULT now(),
    next_try_at   timestamptz NOT NULL DEFAULT now(),  -- whoever tries moves it ahead first
    tries         integer     NOT NULL DEFAULT 0,
    done_at       timestamptz,
    outcome       text,

    CONSTRAINT logout_notice_that_is_done_has_an_outcome CHECK (
        (done_at IS NULL AND outcome IS NULL)
        OR (done_at IS NOT NULL AND outcome IN ('delivered', 'refused', 'given_up', 'unregistered')))
) WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02);

CREATE INDEX oauth_logout_notices_due ON oauth_logout_notices (client_id, next_try_at) WHERE done_at IS NULL;
CREATE INDEX oauth_logout_notices_done_at ON oauth_logout_notices (done_at) WHERE done_at IS NOT NULL;

-- However a session ends, by a page, an app, a command, its time or SQL: its apps are to be told, and what they got in it
-- ends with it in the same transaction. Grants without openid belong to no session, and offline_access outlives it
-- (OpenID Connect Core section 11); but no code of a session that is over signs anybody in.
CREATE FUNCTION account_sessions_tell() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
DECLARE
    ended       uuid[] := ARRAY(
        SELECT id FROM after JOIN before USING (id) WHERE after.ended_at IS NOT NULL AND before.ended_at IS NULL);
    people      uuid[];
    may_follow  bigint;
BEGIN
    IF cardinality(ended) = 0 THEN
        RETURN NULL;
    END IF;
    people := ARRAY(SELECT DISTINCT user_id FROM after WHERE id = ANY (ended));

    INSERT INTO oauth_logout_notices (client_id, session_id, user_id, names_person)
    SELECT app.client_id, after.id, after.user_id, after.ended_with_all
    FROM after JOIN account_session_clients AS app ON app.session_id = after.id
         JOIN oauth_clients AS client ON client.client_id = app.client_id
    WHERE after.id = ANY (ended) AND client.backchannel_logout_uri IS NOT NULL;

    -- Rows are locked in the order of every withdrawal. An exchange in flight may commit a refresh token that this
    -- statement does not see: its code was locked until then, so a further one sees it.
    LOOP
        WITH live_tokens AS (
            SELECT family FROM oauth_refresh_tokens
            WHERE user_id = ANY (people) AND session_id = ANY (ended) AND revoked_at IS NULL
              AND 'openid' = ANY (string_to_array(scope, ' '))
              AND NOT 'offline_access' = ANY (string_to_array(scope, ' '))
            ORDER BY family FOR UPDATE
        ), tokens AS (
            UPDATE oauth_refresh_tokens AS t SET revoked_at = now() FROM live_tokens AS live
            WHERE t.family = live.family
            RETURNING t.id, t.client_id, t.session_id
        ), live_codes AS (
            SELECT code FROM oauth_authorization_codes
            WHERE user_id = ANY (people) AND session_id = ANY (ended) AND revoked_at IS NULL
              AND 'openid' = ANY (string_to_array(scope, ' '))
              AND (used_at IS NULL OR NOT 'offline_access' = ANY (string_to_array(scope, ' ')))
            ORDER BY code FOR UPDATE
        ), codes AS (
            UPDATE oauth_authorization_codes AS c SET revoked_at = now() FROM live_codes AS live
            WHERE c.code = live.code
            RETURNING c.id, c.client_id, c.session_id
        ), grants AS (
            SELECT id, client_id, session_id FROM tokens UNION SELECT id, client_id, session_id FROM codes
        ), listed AS (
            -- For as long as the longest access token can live, and a verifier's tolerance.
            INSERT INTO oauth_revoked_tokens (jti, expires_at)
            SELECT replace(id::text, '-', ''), now() + interval '65 minutes' FROM grants
            ON CONFLICT (jti) DO UPDATE
            SET expires_at = GREATEST(oauth_revoked_tokens.expires_at, excluded.expires_at)
        ), audited AS (
            INSERT INTO oauth_audit_events (event, client_id, pseudonym, grant_id, address, correlation_id, detail)
            SELECT 'grant_withdrawn', grants.client_id, pseudonym_of(after.user_id), grants.id, after.ended_from,
                   after.ended_correlation_id, 'its session is over'
            FROM grants JOIN after ON after.id = grants.session_id
        )
        SELECT count(*) INTO may_follow
        FROM (SELECT id FROM codes EXCEPT SELECT id FROM tokens) AS seen_too_early;
        EXIT WHEN may_follow = 0;
    END LOOP;
    RETURN NULL;
END;
$$;

CREATE TRIGGER account_sessions_tell AFTER UPDATE ON account_sessions
    REFERENCING OLD TABLE AS before NEW TABLE AS after
    FOR EACH STATEMENT EXECUTE FUNCTION account_sessions_tell();

-- A new password or an operator's hand on the account ends all sessions of the person, whoever wrote it.
CREATE FUNCTION accounts_end_sessions() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    UPDATE account_sessions SET ended_at = now(), ended_by = 'account', ended_with_all = true
    WHERE id = ANY (ARRAY(
        SELECT id FROM account_sessions WHERE user_id = OLD.id AND ended_at IS NULL ORDER BY id FOR UPDATE));
    RETURN OLD;
END;
$$;

CREATE TRIGGER accounts_end_sessions_changed AFTER UPDATE ON accounts
    FOR EACH ROW WHEN (
        NEW.security_stamp IS DISTINCT FROM OLD.security_stamp
        OR (NEW.disabled_at IS NOT NULL AND OLD.disabled_at IS NULL))
    EXECUTE FUNCTION accounts_end_sessions();

-- Before the row is gone: what ends is audited under the person's pseudonym.
CREATE TRIGGER accounts_end_sessions_deleted BEFORE DELETE ON accounts
    FOR EACH ROW EXECUTE FUNCTION accounts_end_sessions();
