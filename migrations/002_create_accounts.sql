-- People (ASP.NET Core Identity, uuid keys) and the keys that protect their sessions on every instance.

CREATE TABLE accounts (
    id                    uuid         PRIMARY KEY DEFAULT gen_random_uuid(),
    user_name             varchar(256),
    normalized_user_name  varchar(256),
    email                 varchar(256),
    normalized_email      varchar(256),
    email_confirmed       boolean      NOT NULL DEFAULT false,
    password_hash         text,
    security_stamp        text         NOT NULL DEFAULT gen_random_uuid(),  -- changes with the password; ends sessions
    concurrency_stamp     text         NOT NULL DEFAULT gen_random_uuid(),  -- changes with the row; fails stale writes
    lockout_end           timestamptz,
    lockout_enabled       boolean      NOT NULL DEFAULT true,
    access_failed_count   integer      NOT NULL DEFAULT 0,
    disabled_at           timestamptz,                                      -- written by operators alone
    grants_from           timestamptz  NOT NULL DEFAULT '-infinity'         -- older codes and refresh tokens are dead

    -- What nobody could sign in with: every name and address is there, and the stamps are not empty.
    CONSTRAINT accounts_user_name_is_missing CHECK (user_name IS NOT NULL AND btrim(user_name) <> ''),
    CONSTRAINT accounts_normalized_user_name_is_missing
        CHECK (normalized_user_name IS NOT NULL AND btrim(normalized_user_name) <> ''),
    CONSTRAINT accounts_email_is_not_an_address CHECK (email IS NOT NULL AND email ~ '^[^@[:space:]]+@[^@[:space:]]+$'),
    CONSTRAINT accounts_normalized_email_is_not_in_capitals CHECK (
        normalized_email IS NOT NULL
        AND normalized_email ~ '^[^@[:space:]]+@[^@[:space:]]+$' AND normalized_email !~ '[a-z]'),
    CONSTRAINT accounts_normalized_email_is_punycode CHECK (normalized_email !~ '[@.]XN--'),  -- letters, not their code
    CONSTRAINT accounts_stamp_is_empty CHECK (security_stamp <> '' AND concurrency_stamp <> ''),
    CONSTRAINT accounts_password_hash_is_not_of_identity
        CHECK (password_hash ~ '^A[QA][A-Za-z0-9+/]+=*$')
);

-- An address in another Unicode form would be found by nobody. PostgreSQL knows the forms of UTF-8 alone.
DO $$
BEGIN
    IF getdatabaseencoding() = 'UTF8' THEN
        ALTER TABLE accounts ADD CONSTRAINT accounts_normalized_email_is_not_composed
            CHECK (normalized_email IS NFC NORMALIZED);
    END IF;
END;
$$;

CREATE UNIQUE INDEX accounts_normalized_user_name ON accounts (normalized_user_name);
CREATE UNIQUE INDEX accounts_normalized_email ON accounts (normalized_email);

-- Whoever read an account before an operator disabled or enabled it must not write it afterwards, and what ended when
-- it was disabled does not begin again when it is enabled: sessions, codes and refresh tokens.
CREATE FUNCTION accounts_end_what_was() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    NEW.concurrency_stamp := gen_random_uuid();
    IF NEW.disabled_at IS DISTINCT FROM OLD.disabled_at THEN
        NEW.security_stamp := gen_random_uuid();
        NEW.grants_from := now();
    END IF;
    RETURN NEW;
END;
$$;

CREATE TRIGGER accounts_end_what_was BEFORE UPDATE OF disabled_at ON accounts
    FOR EACH ROW EXECUTE FUNCTION accounts_end_what_was();

-- The account of an address, for statements by hand: in whatever capitals and Unicode form it is typed, and whatever
-- the locale of the database is (that of C knows the capitals of ASCII alone, a Turkish one gives "i" another). Two
-- letters are the same when both their capitals and their small forms are. None, or more than one, is an error: a
-- statement that is to end access must not quietly end nobody's.
CREATE FUNCTION account_of(address text) RETURNS uuid
    LANGUAGE plpgsql STABLE
    AS $$
DECLARE
    is_utf8  boolean := getdatabaseencoding() = 'UTF8';
    form     text := CASE WHEN is_utf8 THEN 'normalize(%s)' ELSE '%s' END;
    letters  text := (
        SELECT quote_ident(collname) FROM pg_collation
        WHERE is_utf8 AND collname IN ('pg_c_utf8', 'und-x-icu') ORDER BY collname COLLATE "C" LIMIT 1);
    found    uuid[];
BEGIN
    EXECUTE format(
        'SELECT array_agg(DISTINCT id) FROM accounts, LATERAL (VALUES (%1$s), (%2$s)) AS written (address)
        WHERE upper(written.address COLLATE %4$s) = upper(%3$s COLLATE %4$s)
            AND lower(written.address COLLATE %4$s) = lower(%3$s COLLATE %4$s)',
        format(form, 'email'), format(form, 'normalized_email'), format(form, 'btrim($1)'), coalesce(letters, '"C"'))
        INTO found USING address;
    IF cardinality(found) = 1 THEN
        RETURN found[1];
    END IF;
    RAISE EXCEPTION '% accounts have the address %', coalesce(cardinality(found), 0), address
        USING HINT = 'Look for it in the table accounts, and put its id in the place of account_of(...).';
END;
$$;

ALTER TABLE oauth_consents
    ADD CONSTRAINT oauth_consents_user_id_fkey FOREIGN KEY (user_id) REFERENCES accounts (id) ON DELETE CASCADE;

CREATE TABLE data_protection_keys (
    id             integer GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
    friendly_name  text,
    xml            text
);
