-- Clients, authorization codes and refresh tokens.
-- Every constraint name says what is wrong, so that an operator's mistake fails at the INSERT with a reason.

CREATE FUNCTION oauth_every(items text[], pattern text) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$ SELECT coalesce(bool_and(item IS NOT NULL AND item ~ pattern), true) FROM unnest(items) AS item $$;

CREATE FUNCTION oauth_none(items text[], pattern text) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$ SELECT coalesce(bool_and(item !~ pattern), true) FROM unnest(items) AS item $$;

CREATE TABLE oauth_clients (
    client_id                      text        PRIMARY KEY,
    client_secret                  text,       -- bcrypt; NULL for a public client
    client_secret_expires_at       timestamptz,
    next_client_secret             text,       -- a second live secret, so that rotation needs no outage
    next_client_secret_expires_at  timestamptz,
    client_name                    text        NOT NULL,
    application_type               text        NOT NULL DEFAULT 'web',
    redirect_uris                  text[]      NOT NULL,
    scopes                         text[]      NOT NULL,
    default_scopes                 text[]      NOT NULL DEFAULT '{}',
    grant_types                    text[]      NOT NULL DEFAULT '{authorization_code,refresh_token}',
    require_pkce                   boolean     NOT NULL DEFAULT true,
    created_at                     timestamptz NOT NULL DEFAULT now(),
    updated_at                     timestamptz NOT NULL DEFAULT now(),
    disabled_at                    timestamptz,

    CONSTRAINT client_id_has_1_to_128_printable_ascii_characters CHECK (client_id ~ '^[\x20-\x7E]{1,128}$' AND client_id = btrim(client_id)),
    CONSTRAINT client_id_is_not_a_url CHECK (client_id !~* '^https?://'),
    -- A subject is a uuid; a client that looked like one could be taken for a user (RFC 9068 section 5).
    CONSTRAINT client_id_is_not_a_uuid CHECK (client_id !~* '^[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}$'),
    CONSTRAINT client_name_has_1_to_100_characters CHECK (length(client_name) BETWEEN 1 AND 100 AND client_name !~ '[\x01-\x1F\x7F]'),
    CONSTRAINT application_type_is_web_browser_or_native CHECK (application_type IN ('web', 'browser', 'native')),

    CONSTRAINT client_secret_is_bcrypt_of_cost_10_to_14 CHECK (client_secret ~ '^\$2[aby]\$1[0-4]\$[./A-Za-z0-9]{53}$'),
    CONSTRAINT next_client_secret_is_bcrypt_of_cost_10_to_14 CHECK (next_client_secret ~ '^\$2[aby]\$1[0-4]\$[./A-Za-z0-9]{53}$'),
    CONSTRAINT web_client_has_a_secret CHECK (application_type <> 'web' OR client_secret IS NOT NULL),
    CONSTRAINT public_client_has_no_secret CHECK (application_type = 'web' OR (client_secret IS NULL AND next_client_secret IS NULL)),
    CONSTRAINT public_client_requires_pkce CHECK (application_type = 'web' OR require_pkce),

    CONSTRAINT grant_types_are_supported CHECK (cardinality(grant_types) > 0 AND oauth_every(grant_types, '^(authorization_code|refresh_token|client_credentials)$')),
    CONSTRAINT scopes_are_not_empty CHECK (cardinality(scopes) > 0),
    CONSTRAINT scopes_have_valid_characters CHECK (oauth_every(scopes, '^[\x21\x23-\x5B\x5D-\x7E]{1,100}$')),
    CONSTRAINT default_scopes_are_among_scopes CHECK (default_scopes <@ scopes),

    CONSTRAINT redirect_uris_are_not_empty_for_the_code_grant CHECK (cardinality(redirect_uris) > 0 OR NOT 'authorization_code' = ANY (grant_types)),
    CONSTRAINT redirect_uri_is_at_most_2000_characters CHECK (oauth_every(redirect_uris, '^.{1,255}.{0,255}.{0,255}.{0,255}.{0,255}.{0,255}.{0,255}.{0,215}$')),
    CONSTRAINT redirect_uri_has_no_space_control_or_non_ascii_character CHECK (oauth_none(redirect_uris, '[^\x21-\x7E]')),
    CONSTRAINT redirect_uri_has_no_backslash_quote_or_angle_bracket CHECK (oauth_none(redirect_uris, '[\\"<>^`{|}]')),
    CONSTRAINT redirect_uri_has_no_fragment CHECK (oauth_none(redirect_uris, '#')),
    CONSTRAINT redirect_uri_has_no_wildcard CHECK (oauth_none(redirect_uris, '\*')),
    CONSTRAINT redirect_uri_has_no_user_info CHECK (oauth_none(redirect_uris, '^[^:/?#]+://[^/?#]*@')),
    CONSTRAINT redirect_uri_has_no_dot_segment CHECK (oauth_none(redirect_uris, '(/|%2[fF])(\.|%2[eE]){1,2}(/|%2[fF]|\?|$)')),
    -- https anywhere, http on loopback, or a private-use scheme in reverse domain order (RFC 8252 sections 7.1, 7.3).
    CONSTRAINT redirect_uri_is_https_loopback_http_or_reverse_domain_scheme CHECK (oauth_every(redirect_uris,
        '^(https://[A-Za-z0-9\[][A-Za-z0-9.:\[\]_-]*([/?]|$)|http://(127\.0\.0\.1|\[::1\]|localhost)(:[0-9]{1,5})?([/?]|$)|[a-z][a-z0-9+-]*(\.[a-z0-9+-]+)+:/)')),
    CONSTRAINT private_use_scheme_is_for_native_clients CHECK (application_type = 'native' OR oauth_none(redirect_uris, '^[a-z][a-z0-9+-]*(\.[a-z0-9+-]+)+:/'))
);

COMMENT ON TABLE oauth_clients IS 'Registered clients (RFC 6749 section 2). This table is the truth; instances follow changes within a second.';

-- The code and token tables have no foreign keys on purpose: a key check would lock the same client and account row
-- for every token request. The statements themselves ask for a live client and account.
CREATE TABLE oauth_authorization_codes (
    code                   bytea       PRIMARY KEY,  -- SHA-256 of the code
    client_id              text        NOT NULL,
    user_id                uuid        NOT NULL,
    family_id              uuid        NOT NULL,
    ticket_id              uuid        UNIQUE,       -- the consent form that was answered; one form buys one code
    redirect_uri           text        NOT NULL,
    redirect_uri_was_sent  boolean     NOT NULL,
    scope                  text        NOT NULL,
    code_challenge         text,                     -- S256; NULL only for a client whose require_pkce is off
    created_at             timestamptz NOT NULL DEFAULT now(),
    expires_at             timestamptz NOT NULL,
    used_at                timestamptz,
    revoked_at             timestamptz,

    CONSTRAINT code_is_a_sha256 CHECK (length(code) = 32),
    CONSTRAINT code_lives_at_most_10_minutes CHECK (expires_at <= created_at + interval '10 minutes')
);

CREATE INDEX oauth_authorization_codes_user ON oauth_authorization_codes (user_id, client_id);
CREATE INDEX oauth_authorization_codes_expires_at ON oauth_authorization_codes (expires_at);

CREATE TABLE oauth_refresh_tokens (
    token               bytea       PRIMARY KEY,  -- SHA-256 of the token
    client_id           text        NOT NULL,
    user_id             uuid        NOT NULL,
    family_id           uuid        NOT NULL,
    family_expires_at   timestamptz NOT NULL,     -- rotation never moves it
    scope               text        NOT NULL,
    device_fingerprint  bytea,
    successor_nonce     bytea,                    -- with the token itself: its successor, for a repeated request
    created_at          timestamptz NOT NULL DEFAULT now(),
    expires_at          timestamptz NOT NULL,
    used_at             timestamptz,
    revoked_at          timestamptz,

    CONSTRAINT token_is_a_sha256 CHECK (length(token) = 32),
    CONSTRAINT token_does_not_outlive_its_family CHECK (expires_at <= family_expires_at)
);

-- Serves withdrawal of one family and of all families of a user and client.
CREATE INDEX oauth_refresh_tokens_family ON oauth_refresh_tokens (user_id, client_id, family_id);
CREATE INDEX oauth_refresh_tokens_expires_at ON oauth_refresh_tokens (expires_at);
