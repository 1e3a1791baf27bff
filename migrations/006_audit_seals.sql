-- Seals over the audit log: each covers a range of ids of one day, hashes its rows together with the seal before it, and is
-- signed by the key that signs tokens. OAuthServer audit verify finds a row that was changed, removed, added or moved.

ALTER TABLE oauth_audit_events ADD COLUMN kid text;  -- the signing key that an event is about

-- The public half of every signing key that instances have seen, so that old seals can be verified after a rotation.
CREATE TABLE oauth_signing_keys (
    kid           text        PRIMARY KEY,  -- RFC 7638 thumbprint of n and e
    n             text        NOT NULL,
    e             text        NOT NULL,
    published_at  timestamptz NOT NULL DEFAULT now(),
    signs_since   timestamptz
);

CREATE TABLE oauth_audit_seals (
    sequence   bigint      PRIMARY KEY,     -- 1, 2, 3, … without a gap
    day        date        NOT NULL,        -- of its rows, in UTC
    from_id    bigint      NOT NULL,        -- the seal before it ends one below
    to_id      bigint      NOT NULL UNIQUE,
    row_count  integer     NOT NULL,
    hash       bytea       NOT NULL,        -- SHA-256 over the hash before it and the rows
    sealed_at  timestamptz NOT NULL,
    kid        text        NOT NULL REFERENCES oauth_signing_keys (kid),
    signature  bytea       NOT NULL,        -- RS256 over everything above

    CONSTRAINT seal_covers_a_range CHECK (from_id <= to_id AND row_count > 0),
    CONSTRAINT seal_hash_is_a_sha256 CHECK (length(hash) = 32)
);

CREATE INDEX oauth_audit_seals_day ON oauth_audit_seals (day);
