-- Other identity providers: which account somebody comes to who signed in there. docs/external-providers.md

-- An account is found by issuer and subject, never by an address (OpenID Connect Core section 5.7). To undo one by hand:
-- DELETE FROM account_logins WHERE account_id = account_of('...') AND issuer = '...'
CREATE TABLE account_logins (
    issuer      text        NOT NULL,
    subject     text        NOT NULL,
    account_id  uuid        NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    name        text,                 -- what the person is called there; to be shown, nothing follows from it
    linked_at   timestamptz NOT NULL DEFAULT now(),
    used_at     timestamptz,

    PRIMARY KEY (issuer, subject),
    -- A second one of the same provider would be somebody else's, who was given an address that became free.
    CONSTRAINT account_has_one_login_at_a_provider UNIQUE (account_id, issuer),
    CONSTRAINT login_issuer_is_https_or_loopback_http CHECK (
        issuer ~ '^(https://[^[:space:]]+|http://(127\.0\.0\.1|\[::1\]|localhost)([:/][^[:space:]]*)?)$'
        AND length(issuer) <= 500),
    CONSTRAINT login_subject_has_1_to_255_characters
        CHECK (length(subject) BETWEEN 1 AND 255 AND subject !~ '[\x01-\x1F\x7F]'),
    CONSTRAINT login_name_has_1_to_256_characters CHECK (length(name) BETWEEN 1 AND 256 AND name !~ '[\x01-\x1F\x7F]')
);

-- In how many ways the person can sign in: with the password and the address that is typed beside it, with each passkey,
-- and at each of these providers. Whoever takes one away holds the row of the account first, so that of two at once the
-- second sees what the first left.
CREATE FUNCTION account_ways_in(account uuid, issuers text[]) RETURNS integer
    LANGUAGE sql STABLE
    AS $$
        SELECT (SELECT count(*) FROM accounts WHERE id = $1 AND password_hash IS NOT NULL AND email IS NOT NULL)::integer
            + (SELECT count(*) FROM account_passkeys WHERE account_id = $1)::integer
            + (SELECT count(*) FROM account_logins WHERE account_id = $1 AND issuer = ANY ($2))::integer
    $$;
