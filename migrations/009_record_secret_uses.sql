-- When each client secret was used last, so that an operator knows whether an old one may go. A table of its own: noting a use
-- locks no client row, notifies nobody and leaves updated_at alone. No foreign key, since its check would lock the client row.

CREATE TABLE oauth_client_secret_uses (
    client_id      text        NOT NULL,
    secret         bytea       NOT NULL,  -- SHA-256 of the bcrypt hash as it stands in oauth_clients
    first_used_at  timestamptz NOT NULL,
    last_used_at   timestamptz NOT NULL,  -- written at most once a minute
    PRIMARY KEY (client_id, secret),

    CONSTRAINT secret_is_a_sha256 CHECK (length(secret) = 32)
);
