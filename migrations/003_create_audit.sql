-- What happened, and how anybody can tell that the record of it was not changed.

CREATE TABLE oauth_audit_events (
    id              bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    occurred_at     timestamptz NOT NULL DEFAULT now(),
    event           text        NOT NULL,
    reason          text,       -- NULL when it succeeded; else a code of docs/errors.md
    client_id       text,
    pseudonym       uuid,       -- of the person: accounts.pseudonym, which goes with the account; never its id
    grant_id        uuid,       -- the id of a code and of its refresh token
    address         text,
    correlation_id  text,
    kid             text,       -- the signing key that an event is about
    earlier_address text,       -- of a repeat: where the same came from first
    other_device    boolean     -- of a repeat: whether its software differs; NULL when that is not known
);

CREATE INDEX oauth_audit_events_occurred_at ON oauth_audit_events USING brin (occurred_at);

-- The public half of every signing key that instances have seen, and its life as they saw it. Old seals can be verified
-- after a rotation, and keys retire waits until the last instance has stopped signing.
CREATE TABLE oauth_signing_keys (
    kid           text        PRIMARY KEY,  -- RFC 7638 thumbprint of n and e
    n             text        NOT NULL,
    e             text        NOT NULL,
    published_at  timestamptz NOT NULL DEFAULT now(),
    signs_since   timestamptz,
    signs_until   timestamptz,              -- when the last instance stopped signing with it
    withdrawn_at  timestamptz               -- when it left the JWK Set
);

-- Seals over the audit log: each covers a range of ids of one day, hashes its rows together with the seal before it, and
-- is signed by the key that signs tokens. OAuthServer audit verify finds a row that was changed, removed, added or moved.
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
