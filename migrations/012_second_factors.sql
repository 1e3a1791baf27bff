-- Second factors of people: an authenticator app (RFC 6238) and recovery codes. docs/second-factors.md says who is
-- asked for them, and when.

-- Another one whenever the factors of the account change, whoever changed them: no browser is remembered then.
ALTER TABLE accounts
    ADD COLUMN factor_stamp uuid NOT NULL DEFAULT gen_random_uuid();

-- The authenticator app of an account. To take it away by hand:
-- DELETE FROM account_authenticators WHERE account_id = account_of('...')
CREATE TABLE account_authenticators (
    account_id   uuid        PRIMARY KEY REFERENCES accounts (id) ON DELETE CASCADE,
    id           uuid        NOT NULL,  -- of the enrolment
    secret       bytea       NOT NULL,  -- 160 bits, encrypted for this account with a key that is in no database
    wrapped_by   text        NOT NULL,  -- the id of the server secret that the key comes from
    last_step    bigint      NOT NULL,  -- the time step of the last code taken; no earlier one is
    wrong_codes  integer     NOT NULL DEFAULT 0,  -- in a row
    waits_until  timestamptz,                     -- no code is taken before
    added_at     timestamptz NOT NULL DEFAULT now(),
    used_at      timestamptz NOT NULL DEFAULT now(),

    CONSTRAINT authenticator_secret_has_nonce_tag_and_160_bits CHECK (octet_length(secret) = 48),
    CONSTRAINT authenticator_last_step_is_not_negative CHECK (last_step >= 0),
    CONSTRAINT authenticator_wrong_codes_are_not_negative CHECK (wrong_codes >= 0)
) WITH (fillfactor = 80);

-- One set of an account. Only hashes: 80 random bits are found by no search, so a slow hash would add nothing.
CREATE TABLE account_recovery_codes (
    account_id  uuid        NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    code        bytea       NOT NULL,  -- SHA-256
    made_at     timestamptz NOT NULL DEFAULT now(),
    used_at     timestamptz,
    PRIMARY KEY (account_id, code),

    CONSTRAINT recovery_code_is_a_sha256 CHECK (octet_length(code) = 32)
);

CREATE FUNCTION accounts_renew_factor_stamp() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    UPDATE accounts SET factor_stamp = gen_random_uuid() WHERE id IN (SELECT account_id FROM changed);
    RETURN NULL;
END;
$$;

CREATE FUNCTION account_authenticators_renew_factor_stamp() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    UPDATE accounts SET factor_stamp = gen_random_uuid() WHERE id = NEW.account_id;
    RETURN NULL;
END;
$$;

CREATE TRIGGER account_authenticators_added AFTER INSERT ON account_authenticators
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION accounts_renew_factor_stamp();

CREATE TRIGGER account_authenticators_removed AFTER DELETE ON account_authenticators
    REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION accounts_renew_factor_stamp();

CREATE TRIGGER account_authenticators_replaced AFTER UPDATE ON account_authenticators
    FOR EACH ROW WHEN (NEW.id IS DISTINCT FROM OLD.id) EXECUTE FUNCTION account_authenticators_renew_factor_stamp();

CREATE TRIGGER account_recovery_codes_made AFTER INSERT ON account_recovery_codes
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION accounts_renew_factor_stamp();

-- Who asks for two factors, beside the person's own choice and SecondFactor:Required.
ALTER TABLE oauth_clients
    ADD COLUMN require_second_factor boolean NOT NULL DEFAULT false;

ALTER TABLE oauth_resources
    ADD COLUMN second_factor_scopes text[] NOT NULL DEFAULT '{}',  -- granted to nobody who signed in with one factor
    ADD CONSTRAINT second_factor_scopes_are_scopes_of_the_resource
        CHECK (second_factor_scopes <@ oauth_scope_names(scopes));
