-- What people agreed to, what was withdrawn, and what happened.

CREATE TABLE oauth_consents (
    user_id     uuid        NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    client_id   text        NOT NULL REFERENCES oauth_clients (client_id) ON DELETE CASCADE,
    scopes      text[]      NOT NULL,
    granted_at  timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (user_id, client_id)
);

CREATE INDEX oauth_consents_client_id ON oauth_consents (client_id);

-- A whole jti, or the part of it that names the grant, until the last token it covers has expired.
CREATE TABLE oauth_revoked_tokens (
    jti         text        PRIMARY KEY,
    expires_at  timestamptz NOT NULL
);

CREATE INDEX oauth_revoked_tokens_expires_at ON oauth_revoked_tokens (expires_at);

CREATE TABLE oauth_audit_events (
    id              bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    occurred_at     timestamptz NOT NULL DEFAULT now(),
    event           text        NOT NULL,
    reason          text,       -- NULL when it succeeded; else a code of docs/errors.md
    client_id       text,
    user_id         uuid,
    family_id       uuid,
    address         text,
    correlation_id  text
);

CREATE INDEX oauth_audit_events_occurred_at ON oauth_audit_events USING brin (occurred_at);
