-- Passkeys of people (Web Authentication Level 3): what is kept of each, and nothing that signs. docs/passkeys.md

-- To take one away by hand: DELETE FROM account_passkeys WHERE credential_id = '...'
CREATE TABLE account_passkeys (
    credential_id    bytea       PRIMARY KEY,
    account_id       uuid        NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    public_key       bytea       NOT NULL,  -- COSE
    name             text        NOT NULL,  -- the person's own word for it
    sign_count       bigint      NOT NULL DEFAULT 0,
    transports       text[]      NOT NULL DEFAULT '{}',
    backup_eligible  boolean     NOT NULL,
    backed_up        boolean     NOT NULL,
    added_at         timestamptz NOT NULL DEFAULT now(),
    used_at          timestamptz,

    CONSTRAINT passkey_credential_id_has_1_to_1023_bytes CHECK (octet_length(credential_id) BETWEEN 1 AND 1023),
    CONSTRAINT passkey_name_has_1_to_100_characters
        CHECK (length(name) BETWEEN 1 AND 100 AND name ~ '\S' AND name !~ '[\x01-\x1F\x7F]'),
    CONSTRAINT passkey_sign_count_is_not_negative CHECK (sign_count >= 0)
);

CREATE INDEX account_passkeys_account ON account_passkeys (account_id);

CREATE TRIGGER account_passkeys_added AFTER INSERT ON account_passkeys
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION accounts_renew_factor_stamp();

CREATE TRIGGER account_passkeys_removed AFTER DELETE ON account_passkeys
    REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION accounts_renew_factor_stamp();
