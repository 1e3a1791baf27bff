-- Authorization requests that clients push ahead of the person's visit (RFC 9126).
CREATE TABLE oauth_pushed_requests (
    request_uri  bytea       PRIMARY KEY,  -- SHA-256 of what stands behind the urn
    client_id    text        NOT NULL,
    parameters   text        NOT NULL,     -- as a query; credentials are not among them
    created_at   timestamptz NOT NULL DEFAULT now(),
    expires_at   timestamptz NOT NULL,     -- of the first visit; from then on of what it began
    visited_by   text,                     -- the session of the first visit, empty without one; NULL before it
    used_at      timestamptz,              -- by a code, or an error that the client was told
    ticket_id    uuid,                     -- the consent form that used it

    CONSTRAINT request_uri_is_a_sha256 CHECK (length(request_uri) = 32)
) WITH (autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02);

CREATE INDEX oauth_pushed_requests_expires_at ON oauth_pushed_requests (expires_at);

-- An app that pushes all it asks can have plain requests in its name refused (RFC 9126 section 6).
ALTER TABLE oauth_clients ADD COLUMN require_pushed_authorization_requests boolean NOT NULL DEFAULT false;
