-- People (ASP.NET Core Identity, uuid keys) and the keys that protect their sessions on every instance.
-- An INSERT of email and password_hash alone makes somebody who can sign in; a row that nobody could sign in with fails
-- with a constraint whose name says why (seeds/example_people.sql).

-- An address or a name as it is looked up: in capitals. NULL for what PostgreSQL cannot write so by itself, whatever
-- its locale: letters beyond ASCII, and a domain in Punycode, which is looked up in letters.
CREATE FUNCTION account_lookup(address text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
        SELECT CASE WHEN address !~ '[^\x01-\x7F]' AND address !~* '@(.*\.)?xn--' THEN upper(address COLLATE "C") END
    $$;

-- What checking a password against this hash costs: its format and figures. NULL for what has no known format. Each
-- value stands for one time, so that a refused sign-in can take as long as the slowest of them
-- (docs/decisions/040-passwords-of-people.md).
CREATE FUNCTION account_hash_cost(hash text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
        SELECT CASE
            WHEN hash ~ '^\$2[aby]\$[0-9]{2}\$[./A-Za-z0-9]{53}$' THEN left(hash, 7)
            WHEN hash ~ ('^\$argon2(id|i)\$v=19\$m=[0-9]{1,7},t=[0-9]{1,3},p=[0-9]{1,3}'
                         '\$[A-Za-z0-9+/]{11,86}\$[A-Za-z0-9+/]{16,86}$')
                THEN substring(hash FROM '^(\$[^$]*\$[^$]*\$[^$]*\$)')
            WHEN hash ~ ('^\$pbkdf2(-sha1|-sha256|-sha512)?\$(i=)?[0-9]{1,8}(,l=[0-9]{1,2})?'
                         '\$[A-Za-z0-9+/.]{0,172}\$[A-Za-z0-9+/.]{16,86}$')
                THEN substring(hash FROM '^(\$[^$]*\$[^$]*\$)') || length(substring(hash FROM '[^$]*$'))
            -- Identity's: the format, and of the newer one hash function and iterations, in the first nine bytes.
            WHEN hash ~ '^AA[A-Za-z0-9+/]{64}==$' THEN 'AA'
            WHEN hash ~ '^AQAAA[A-Za-z0-9+/]{55,255}={0,2}$' AND length(hash) % 4 = 0
                THEN left(hash, 12) || length(hash)
        END
    $$;

-- The iterations of PBKDF2 in such a hash; NULL for another format.
CREATE FUNCTION account_hash_iterations(hash text) RETURNS numeric
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
        SELECT CASE
            WHEN hash ~ '^\$pbkdf2' THEN substring(hash FROM '^\$[^$]*\$(?:i=)?([0-9]+)')::numeric
            WHEN hash ~ '^AQ[A-Za-z0-9+/]{10}' THEN get_byte(decode(left(hash, 12), 'base64'), 5)::numeric * 16777216
                + get_byte(decode(left(hash, 12), 'base64'), 6) * 65536
                + get_byte(decode(left(hash, 12), 'base64'), 7) * 256
                + get_byte(decode(left(hash, 12), 'base64'), 8)
        END
    $$;

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
    grants_from           timestamptz  NOT NULL DEFAULT '-infinity',        -- older codes and refresh tokens are dead
    pseudonym             uuid         NOT NULL DEFAULT gen_random_uuid(),  -- the person's name in the audit log, and there
                                                                            -- alone: it goes with this row
    created_at            timestamptz  NOT NULL DEFAULT now(),

    -- What nobody could sign in with: every name and address is there, and the stamps are not empty. An account of another
    -- identity provider may have no address; its name is its id (migrations/016).
    CONSTRAINT accounts_user_name_is_missing CHECK (user_name IS NOT NULL AND btrim(user_name) <> ''),
    CONSTRAINT accounts_normalized_user_name_is_missing
        CHECK (normalized_user_name IS NOT NULL AND btrim(normalized_user_name) <> ''),
    CONSTRAINT accounts_email_is_not_an_address CHECK (
        CASE WHEN email IS NULL THEN coalesce(user_name = id::text, false) AND NOT email_confirmed
             ELSE email ~ '^[^@[:space:]]+@[^@[:space:]]+$' END),
    -- It is made where PostgreSQL can make it (account_lookup); else write it, or use OAuthServer accounts create.
    CONSTRAINT accounts_normalized_email_is_missing CHECK ((normalized_email IS NULL) = (email IS NULL)),
    CONSTRAINT accounts_normalized_email_is_not_in_capitals
        CHECK (normalized_email ~ '^[^@[:space:]]+@[^@[:space:]]+$' AND normalized_email !~ '[a-z]'),
    CONSTRAINT accounts_normalized_email_is_of_another_address CHECK (normalized_email = account_lookup(email)),
    CONSTRAINT accounts_normalized_email_is_punycode CHECK (normalized_email !~ '[@.]XN--'),  -- letters, not their code
    CONSTRAINT accounts_stamp_is_empty CHECK (security_stamp <> '' AND concurrency_stamp <> ''),
    CONSTRAINT accounts_password_hash_has_no_known_format
        CHECK (password_hash IS NULL OR account_hash_cost(password_hash) IS NOT NULL),
    -- A check of one of these would hold a core or the memory for too long.
    CONSTRAINT accounts_bcrypt_cost_is_not_4_to_14
        CHECK (password_hash !~ '^\$2' OR password_hash ~ '^\$2[aby]\$(0[4-9]|1[0-4])\$'),
    CONSTRAINT accounts_argon2_is_above_128_mb_10_passes_or_4_lanes CHECK (
        password_hash !~ '^\$argon2' OR (
            substring(password_hash FROM '\$m=([0-9]+)')::numeric BETWEEN
                8 * substring(password_hash FROM ',p=([0-9]+)')::numeric AND 131072
            AND substring(password_hash FROM ',t=([0-9]+)')::numeric BETWEEN 1 AND 10
            AND substring(password_hash FROM ',p=([0-9]+)')::numeric BETWEEN 1 AND 4)),
    CONSTRAINT accounts_pbkdf2_is_not_1_to_2_million_iterations
        CHECK (account_hash_iterations(password_hash) BETWEEN 1 AND 2000000)
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

-- Fills what an INSERT leaves out, or gives as NULL.
CREATE FUNCTION accounts_fill() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    NEW.security_stamp := coalesce(NEW.security_stamp, gen_random_uuid()::text);
    NEW.concurrency_stamp := coalesce(NEW.concurrency_stamp, gen_random_uuid()::text);
    NEW.user_name := coalesce(NEW.user_name, NEW.email);
    NEW.normalized_email := coalesce(NEW.normalized_email, account_lookup(NEW.email));
    NEW.normalized_user_name := coalesce(
        NEW.normalized_user_name,
        CASE WHEN NEW.user_name = NEW.email THEN NEW.normalized_email ELSE account_lookup(NEW.user_name) END);
    RETURN NEW;
END;
$$;

CREATE TRIGGER accounts_fill BEFORE INSERT ON accounts
    FOR EACH ROW EXECUTE FUNCTION accounts_fill();

-- The hashes that the server did not make, by what checking one costs. Its own begin with the figures of this version.
CREATE INDEX accounts_foreign_hashes ON accounts (account_hash_cost(password_hash))
    WHERE password_hash NOT LIKE 'AQAAAAIAAzRQ%';

CREATE UNIQUE INDEX accounts_normalized_user_name ON accounts (normalized_user_name);
CREATE UNIQUE INDEX accounts_normalized_email ON accounts (normalized_email);
CREATE UNIQUE INDEX accounts_pseudonym ON accounts (pseudonym);

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

-- What the audit log calls the person of an account; NULL when there is no such account any more. By hand:
-- SELECT * FROM oauth_audit_events WHERE pseudonym = pseudonym_of(account_of('...'))
CREATE FUNCTION pseudonym_of(account uuid) RETURNS uuid
    LANGUAGE sql STABLE
    AS $$ SELECT pseudonym FROM accounts WHERE id = $1 $$;

ALTER TABLE oauth_consents
    ADD CONSTRAINT oauth_consents_user_id_fkey FOREIGN KEY (user_id) REFERENCES accounts (id) ON DELETE CASCADE;

CREATE TABLE data_protection_keys (
    id             integer GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
    friendly_name  text,
    xml            text
);
