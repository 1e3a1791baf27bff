-- contract: a server before this version does not know the refresh tokens that are made from now on
-- A refresh changes one row in place, however often a session is refreshed: no row and no index entry is added, and to revoke
-- a grant is to change one row. All tokens of a family share a part, by which their row is found; the row knows the live
-- token and the one before it, and takes every other for an old one. Tokens of oauth_refresh_tokens stay good; each moves here when it
-- is refreshed, and what is not leaves with the sweeper.

CREATE TABLE oauth_refresh_token_families (
    handle              bytea       PRIMARY KEY,  -- when the family began (seconds since 1970, 4 bytes, most significant first), and the SHA-256 of the part that its tokens share
    family_id           uuid        NOT NULL,
    client_id           text        NOT NULL,
    user_id             uuid        NOT NULL,
    scope               text        NOT NULL,
    token               bytea       NOT NULL,     -- SHA-256 of the live token
    previous_token      bytea,                    -- SHA-256 of the one before it
    successor_nonce     bytea,                    -- with the previous token itself: the live one, for a repeated request
    device_fingerprint  bytea,
    device_changed      boolean     NOT NULL DEFAULT false,  -- by the last refresh
    created_at          timestamptz NOT NULL DEFAULT now(),
    rotated_at          timestamptz,              -- when the previous token was used; infinity when its answer could not be made
    expires_at          timestamptz NOT NULL,     -- the live token's end
    family_expires_at   timestamptz NOT NULL,     -- rotation never moves it
    sweep_at            timestamptz NOT NULL,     -- whole days after created_at, the first after expires_at
    revoked_at          timestamptz,

    -- Serves withdrawal of one family and of all families of a user and client.
    CONSTRAINT oauth_refresh_token_families_grant UNIQUE (user_id, client_id, family_id)
) WITH (fillfactor = 85, autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02);

-- Of what a refresh changes this alone is indexed, and it changes once a day: all other refreshes stay in their page (heap-only updates).
CREATE INDEX oauth_refresh_token_families_sweep_at ON oauth_refresh_token_families (sweep_at);
