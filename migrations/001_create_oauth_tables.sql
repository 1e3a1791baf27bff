-- Clients, authorization codes, refresh tokens, revoked tokens, consents, and when client secrets were used.
--
-- Where these tables differ from the plain sketch that the product began with, and why:
--   text and timestamptz instead of varchar(255) and timestamp: a length is a CHECK with a name, and a moment has a zone.
--   client_secret may be NULL: a public client has none.
--   code, token, previous_token and family hold SHA-256 hashes: a copy of the database redeems nothing.
--   used_at and revoked_at instead of booleans: when it happened is what an operator asks.
--   No foreign key on codes and refresh tokens: a key check would lock the same client and account row for every token
--   request. The statements ask for a live client and account themselves.
--   oauth_authorization_codes: the key is code, which the one hot look-up needs. id is the grant that the code begins, and
--   the refresh token's row and the audit log carry the same id.
--   oauth_refresh_tokens: one row for each session, changed in its place by every refresh. family finds the row for a
--   token of any generation, so reuse is always seen; token has no index, so that a refresh writes no index entry.
--   code_challenge_method is a constant: code challenges are S256 alone.

CREATE FUNCTION oauth_every(items text[], pattern text) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$ SELECT coalesce(bool_and(item IS NOT NULL AND item ~ pattern), true) FROM unnest(items) AS item $$;

CREATE FUNCTION oauth_none(items text[], pattern text) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$ SELECT coalesce(bool_and(item !~ pattern), true) FROM unnest(items) AS item $$;

-- https anywhere, http on loopback, a private-use scheme in reverse domain order (RFC 8252 sections 7.1, 7.3), or one
-- that an operator accepted for this client.
CREATE FUNCTION oauth_schemes_are_fit(uris text[], accepted text[]) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
        SELECT coalesce(bool_and(uri IS NOT NULL AND (
            uri ~ ('^(https://[A-Za-z0-9\[][A-Za-z0-9.:\[\]_-]*([/?]|$)'
                   '|http://(127\.0\.0\.1|\[::1\]|localhost)(:[0-9]{1,5})?([/?]|$)'
                   '|[a-z][a-z0-9+-]*(\.[a-z0-9+-]+)+:/)')
            OR (uri ~ '^[a-z][a-z0-9+-]*:/' AND split_part(uri, ':', 1) = ANY (accepted)))), true)
        FROM unnest(uris) AS uri
    $$;

-- Every constraint name says what is wrong, so that an operator's mistake fails at the INSERT with a reason.
CREATE TABLE oauth_clients (
    id                             uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
    client_id                      text        NOT NULL UNIQUE,
    client_secret                  text,       -- bcrypt; NULL for a public client
    client_secret_expires_at       timestamptz,
    next_client_secret             text,       -- a second live secret, so that rotation needs no outage
    next_client_secret_expires_at  timestamptz,
    name                           text        NOT NULL,
    application_type               text        NOT NULL DEFAULT 'web',
    redirect_uris                  text[]      NOT NULL,
    allowed_scopes                 text[]      NOT NULL,
    default_scopes                 text[]      NOT NULL DEFAULT '{}',
    grant_types                    text[]      NOT NULL DEFAULT '{authorization_code,refresh_token}',
    require_pkce                   boolean     NOT NULL DEFAULT true,
    app_origins                    text[]      NOT NULL DEFAULT '{}',  -- may read answers, beside those of redirect_uris
    accepted_schemes               text[]      NOT NULL DEFAULT '{}',  -- short private-use schemes of redirect_uris
    max_refresh_repeats            integer,    -- refreshes in a row that may be repeated; NULL for any number
    created_at                     timestamptz NOT NULL DEFAULT now(),
    updated_at                     timestamptz NOT NULL DEFAULT now(),
    disabled_at                    timestamptz,

    CONSTRAINT client_id_has_1_to_128_printable_ascii_characters
        CHECK (client_id ~ '^[\x20-\x7E]{1,128}$' AND client_id = btrim(client_id)),
    CONSTRAINT client_id_is_not_a_url CHECK (client_id !~* '^https?://'),
    -- A subject is a uuid; a client that looked like one could be taken for a user (RFC 9068 section 5).
    CONSTRAINT client_id_is_not_a_uuid CHECK (client_id !~* '^[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}$'),
    CONSTRAINT name_has_1_to_100_characters CHECK (length(name) BETWEEN 1 AND 100 AND name !~ '[\x01-\x1F\x7F]'),
    CONSTRAINT application_type_is_web_browser_or_native CHECK (application_type IN ('web', 'browser', 'native')),

    CONSTRAINT client_secret_is_bcrypt_of_cost_10_to_14
        CHECK (client_secret ~ '^\$2[aby]\$1[0-4]\$[./A-Za-z0-9]{53}$'),
    CONSTRAINT next_client_secret_is_bcrypt_of_cost_10_to_14
        CHECK (next_client_secret ~ '^\$2[aby]\$1[0-4]\$[./A-Za-z0-9]{53}$'),
    CONSTRAINT web_client_has_a_secret CHECK (application_type <> 'web' OR client_secret IS NOT NULL),
    CONSTRAINT public_client_has_no_secret
        CHECK (application_type = 'web' OR (client_secret IS NULL AND next_client_secret IS NULL)),
    CONSTRAINT public_client_requires_pkce CHECK (application_type = 'web' OR require_pkce),

    CONSTRAINT grant_types_are_supported
        CHECK (cardinality(grant_types) > 0 AND oauth_every(grant_types, '^(authorization_code|refresh_token)$')),
    CONSTRAINT max_refresh_repeats_is_above_0 CHECK (max_refresh_repeats > 0),
    CONSTRAINT allowed_scopes_are_not_empty CHECK (cardinality(allowed_scopes) > 0),
    CONSTRAINT allowed_scopes_have_valid_characters
        CHECK (oauth_every(allowed_scopes, '^[\x21\x23-\x5B\x5D-\x7E]{1,100}$')),
    -- A scope that was granted can be sent back, and a token that carries it still fits into headers.
    CONSTRAINT allowed_scopes_have_at_most_4000_characters
        CHECK (length(array_to_string(allowed_scopes, ' ')) <= 4000),
    CONSTRAINT default_scopes_are_among_allowed_scopes CHECK (default_scopes <@ allowed_scopes),

    CONSTRAINT redirect_uris_are_not_empty_for_the_code_grant
        CHECK (cardinality(redirect_uris) > 0 OR NOT 'authorization_code' = ANY (grant_types)),
    CONSTRAINT redirect_uri_is_at_most_2000_characters
        CHECK (oauth_every(redirect_uris, '^.{1,255}.{0,255}.{0,255}.{0,255}.{0,255}.{0,255}.{0,255}.{0,215}$')),
    CONSTRAINT redirect_uri_has_no_space_control_or_non_ascii_character
        CHECK (oauth_none(redirect_uris, '[^\x21-\x7E]')),
    CONSTRAINT redirect_uri_has_no_backslash_quote_or_angle_bracket CHECK (oauth_none(redirect_uris, '[\\"<>^`{|}]')),
    CONSTRAINT redirect_uri_has_no_fragment CHECK (oauth_none(redirect_uris, '#')),
    CONSTRAINT redirect_uri_has_no_wildcard CHECK (oauth_none(redirect_uris, '\*')),
    CONSTRAINT redirect_uri_has_no_user_info CHECK (oauth_none(redirect_uris, '^[^:/?#]+://[^/?#]*@')),
    CONSTRAINT redirect_uri_has_no_dot_segment
        CHECK (oauth_none(redirect_uris, '(/|%2[fF])(\.|%2[eE]){1,2}(/|%2[fF]|\?|$)')),
    CONSTRAINT redirect_uri_is_https_loopback_http_or_reverse_domain_scheme
        CHECK (oauth_schemes_are_fit(redirect_uris, accepted_schemes)),
    -- An answer adds these, and none may occur twice (RFC 6749 section 3.1).
    CONSTRAINT redirect_uri_query_has_no_parameter_of_an_answer CHECK (oauth_none(redirect_uris,
        '[?&](code|state|iss|error|error_description|error_uri)(=|&|$)')),
    CONSTRAINT private_use_scheme_is_for_native_clients
        CHECK (application_type = 'native' OR oauth_none(redirect_uris, '^[a-z][a-z0-9+-]*(\.[a-z0-9+-]+)+:/')),

    -- RFC 8252 section 8.4 asks for reverse domain order, so that no other app has the same one by chance.
    CONSTRAINT accepted_schemes_are_for_native_clients
        CHECK (application_type = 'native' OR cardinality(accepted_schemes) = 0),
    CONSTRAINT accepted_scheme_has_2_to_50_lower_case_characters
        CHECK (oauth_every(accepted_schemes, '^[a-z][a-z0-9+-]{1,49}$')),
    -- What browsers and systems act on themselves, instead of handing it to an app that has claimed it.
    CONSTRAINT accepted_scheme_is_none_of_browsers_and_systems CHECK (oauth_none(accepted_schemes,
        '^(https?|wss?|ftps?|sftp|ssh|telnet|ldaps?|gopher|nfs|smb|file|filesystem|content|data|blob|about|javascript'
        '|jscript|livescript|vbscript|mocha|view-source|chrome.*|edge|moz.*|resource|jar|res|wyciwyg|feed|opera'
        '|safari.*|intent|android-app|market|itms.*|apple-.*|x-apple.*|x-web-search|prefs|app-settings|shell|search-ms'
        '|ms-.*|microsoft-edge.*|mailto|tel|callto|facetime.*|sms|smsto|mms|geo|maps|urn|cid|mid|news|nntp|magnet)$')),

    -- As a browser writes them in Origin (RFC 6454 section 6.2): no path, no default port, and never "null".
    CONSTRAINT app_origin_is_at_most_255_characters CHECK (oauth_every(app_origins, '^.{1,255}$')),
    CONSTRAINT app_origin_is_https_loopback_http_or_an_apps_scheme CHECK (oauth_every(app_origins,
        '^(https://([a-z0-9]([a-z0-9._-]*[a-z0-9])?|\[[0-9a-f:]+\])(:[0-9]{1,5})?'
        '|http://(127\.0\.0\.1|\[::1\]|([a-z0-9-]+\.)*localhost)(:[0-9]{1,5})?'
        '|(?!(https?|wss?|ftp|file|filesystem|data|blob|about|javascript|vbscript|view-source|null):)'
        '[a-z][a-z0-9+.-]*://[A-Za-z0-9._-]+(:[0-9]{1,5})?)$')),
    CONSTRAINT app_origin_has_no_default_port CHECK (oauth_none(app_origins, '^(https://.*:443|http://.*:80)$'))
);

COMMENT ON TABLE oauth_clients IS
    'Registered clients (RFC 6749 section 2). This table is the truth; instances follow changes within a second.';

-- Every instance drops a changed client from memory at once (LISTEN oauth_clients_changed).
CREATE FUNCTION oauth_clients_notify() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        PERFORM pg_notify('oauth_clients_changed', OLD.client_id);
    END IF;
    IF TG_OP <> 'DELETE' THEN
        PERFORM pg_notify('oauth_clients_changed', NEW.client_id);
    END IF;
    RETURN NULL;
END;
$$;

CREATE TRIGGER oauth_clients_notify AFTER INSERT OR UPDATE OR DELETE ON oauth_clients
    FOR EACH ROW EXECUTE FUNCTION oauth_clients_notify();

-- For every table that says when a row changed.
CREATE FUNCTION oauth_touch() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    NEW.updated_at := now();
    RETURN NEW;
END;
$$;

CREATE TRIGGER oauth_clients_touch BEFORE UPDATE ON oauth_clients
    FOR EACH ROW EXECUTE FUNCTION oauth_touch();

-- Rows of the next three tables leave all day long, in small batches. Vacuum follows after 2 % of changed rows instead of
-- 20 %, so that the space is used again and the tables stay as large as what is live in them.
CREATE TABLE oauth_authorization_codes (
    id                     uuid        NOT NULL,     -- the grant
    code                   bytea       PRIMARY KEY,  -- SHA-256 of the code
    client_id              text        NOT NULL,
    user_id                uuid        NOT NULL,
    redirect_uri           text        NOT NULL,
    redirect_uri_was_sent  boolean     NOT NULL,
    scope                  text        NOT NULL,
    code_challenge         text,                     -- NULL only for a client whose require_pkce is off
    code_challenge_method  text        NOT NULL DEFAULT 'S256',
    ticket_id              uuid        UNIQUE,       -- the consent form that was answered; one form buys one code
    resources              text[],
    session_id             uuid,
    auth_time              timestamptz,
    acr                    text,
    amr                    text[],
    nonce                  text,
    cnf                    text,
    created_at             timestamptz NOT NULL DEFAULT now(),
    expires_at             timestamptz NOT NULL,
    used_at                timestamptz,
    revoked_at             timestamptz,

    CONSTRAINT code_is_a_sha256 CHECK (length(code) = 32),
    CONSTRAINT code_lives_at_most_10_minutes CHECK (expires_at <= created_at + interval '10 minutes')
) WITH (autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02);

-- Serves withdrawal of one grant and of all grants of a person and client.
CREATE INDEX oauth_authorization_codes_grant ON oauth_authorization_codes (user_id, client_id, id);
CREATE INDEX oauth_authorization_codes_expires_at ON oauth_authorization_codes (expires_at);

-- No CHECK here: PostgreSQL reads, plans and evaluates them in every statement that writes, and a refresh is one.
-- What they would say is said by the statements, where the values are made.
CREATE TABLE oauth_refresh_tokens (
    id                  uuid        NOT NULL,     -- the grant
    family              bytea       PRIMARY KEY,  -- when the session began (seconds since 1970, 4 bytes, most significant
                                                  -- first) and the SHA-256 of the part that all its tokens share
    token               bytea       NOT NULL,     -- SHA-256 of the live token
    previous_token      bytea,                    -- SHA-256 of the one before it
    successor_nonce     bytea,                    -- with the previous token itself: the live one, for a repeated request
    client_id           text        NOT NULL,
    user_id             uuid        NOT NULL,
    scope               text        NOT NULL,
    resources           text[],
    session_id          uuid,
    auth_time           timestamptz,
    acr                 text,
    amr                 text[],
    nonce               text,
    cnf                 text,
    device_fingerprint  bytea,
    device_changed      boolean     NOT NULL DEFAULT false,  -- by the last refresh
    created_at          timestamptz NOT NULL DEFAULT now(),
    rotated_at          timestamptz,              -- when previous_token was used; infinity when its answer was not made
    rotated_from        text,                     -- the address that used previous_token first
    repeated            boolean     NOT NULL DEFAULT false,  -- previous_token came again, inside the retry window
    repeats_in_a_row    integer     NOT NULL DEFAULT 0,      -- refreshes one after the other that were repeated
    expires_at          timestamptz NOT NULL,     -- of the live token
    family_expires_at   timestamptz NOT NULL,     -- rotation never moves it
    sweep_at            timestamptz NOT NULL,     -- whole days after created_at, the first after expires_at
    revoked_at          timestamptz,

    -- Serves withdrawal of one grant and of all grants of a person and client.
    CONSTRAINT oauth_refresh_tokens_grant UNIQUE (user_id, client_id, id)
) WITH (fillfactor = 85, autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02);

-- Of what a refresh changes this alone is indexed, and it changes once a day: all other refreshes stay in their page
-- (heap-only updates), for which the fill factor leaves room.
CREATE INDEX oauth_refresh_tokens_sweep_at ON oauth_refresh_tokens (sweep_at);

-- Access tokens that must not be accepted although they have not expired: a whole jti, or the part of it that names the
-- grant, until the last token it covers has expired.
CREATE TABLE oauth_revoked_tokens (
    jti         text        PRIMARY KEY,
    expires_at  timestamptz NOT NULL,
    added_by    xid8        NOT NULL DEFAULT pg_current_xact_id()  -- the transaction that wrote the row last
) WITH (autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02);

CREATE INDEX oauth_revoked_tokens_expires_at ON oauth_revoked_tokens (expires_at);
-- Serves whoever has read the list before and asks what was added since.
CREATE INDEX oauth_revoked_tokens_added_by ON oauth_revoked_tokens (added_by);

-- Whoever writes an entry, by hand too or out of a backup: one with the number of an older transaction would be missed.
CREATE FUNCTION oauth_revoked_tokens_note() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    NEW.added_by := pg_current_xact_id();
    RETURN NEW;
END;
$$;

CREATE TRIGGER oauth_revoked_tokens_note BEFORE INSERT OR UPDATE ON oauth_revoked_tokens
    FOR EACH ROW EXECUTE FUNCTION oauth_revoked_tokens_note();

-- What a person agreed to. The next file, which makes accounts, adds that consent goes with the person.
CREATE TABLE oauth_consents (
    user_id     uuid        NOT NULL,
    client_id   text        NOT NULL REFERENCES oauth_clients (client_id) ON DELETE CASCADE,
    scopes      text[]      NOT NULL,
    granted_at  timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (user_id, client_id)
);

CREATE INDEX oauth_consents_client_id ON oauth_consents (client_id);

-- When each client secret was used last, so that an operator knows whether an old one may go. A table of its own: noting a
-- use locks no client row, notifies nobody and leaves updated_at alone. No foreign key: its check would lock that row.
CREATE TABLE oauth_client_secret_uses (
    client_id      text        NOT NULL,
    secret         bytea       NOT NULL,  -- SHA-256 of the bcrypt hash as it stands in oauth_clients
    first_used_at  timestamptz NOT NULL,
    last_used_at   timestamptz NOT NULL,  -- written at most once a minute
    PRIMARY KEY (client_id, secret),

    CONSTRAINT secret_is_a_sha256 CHECK (length(secret) = 32)
);
