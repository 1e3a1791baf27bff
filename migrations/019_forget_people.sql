-- What names a person goes with the account, whoever deletes it; the audit log keeps the pseudonym alone, which leads
-- nowhere from then on. docs/decisions/052-the-audit-log-knows-people-by-a-pseudonym.md

-- Stands where the id of a person stood whose account is gone.
CREATE FUNCTION account_of_nobody() RETURNS uuid
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$ SELECT '00000000-0000-0000-0000-000000000000'::uuid $$;

-- A code, a refresh token or a session beside the grant that the audit log names would say whose pseudonym it was. They
-- are dead without the account. Two things remain, each until it is done: that apps are told of the end of all sessions,
-- and that the person is told by mail.
CREATE FUNCTION accounts_forget() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    -- In the order of every withdrawal.
    DELETE FROM oauth_refresh_tokens WHERE family = ANY (ARRAY(
        SELECT family FROM oauth_refresh_tokens WHERE user_id = OLD.id ORDER BY family FOR UPDATE));
    DELETE FROM oauth_authorization_codes WHERE code = ANY (ARRAY(
        SELECT code FROM oauth_authorization_codes WHERE user_id = OLD.id ORDER BY code FOR UPDATE));
    DELETE FROM account_sessions WHERE user_id = OLD.id;
    UPDATE oauth_logout_notices SET user_id = account_of_nobody()
    WHERE user_id = OLD.id AND (done_at IS NOT NULL OR NOT names_person);
    DELETE FROM account_tokens WHERE normalized_address = OLD.normalized_email;
    DELETE FROM mail_outbox
    WHERE (account_id = OLD.id OR normalized_recipient = OLD.normalized_email)
      AND NOT (kind = 'AccountDeleted' AND done_at IS NULL);
    RETURN NULL;
END;
$$;

CREATE TRIGGER accounts_forget AFTER DELETE ON accounts
    FOR EACH ROW EXECUTE FUNCTION accounts_forget();

CREATE FUNCTION oauth_logout_notices_forget() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM accounts WHERE id = NEW.user_id) THEN
        NEW.user_id := account_of_nobody();
    END IF;
    RETURN NEW;
END;
$$;

CREATE TRIGGER oauth_logout_notices_forget BEFORE UPDATE ON oauth_logout_notices
    FOR EACH ROW WHEN (NEW.done_at IS NOT NULL AND OLD.done_at IS NULL)
    EXECUTE FUNCTION oauth_logout_notices_forget();

CREATE FUNCTION mail_outbox_forget() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM accounts WHERE id = NEW.account_id) THEN
        NEW.account_id := account_of_nobody();
        NEW.recipient := NULL;
        NEW.normalized_recipient := NULL;
        NEW.parameters := '{}';
    END IF;
    RETURN NEW;
END;
$$;

CREATE TRIGGER mail_outbox_forget BEFORE UPDATE ON mail_outbox
    FOR EACH ROW WHEN (NEW.done_at IS NOT NULL AND OLD.done_at IS NULL AND NEW.account_id IS NOT NULL)
    EXECUTE FUNCTION mail_outbox_forget();
