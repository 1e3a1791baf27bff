-- Whether a token is still good (RFC 7662) is answered from memory: from the list of revoked tokens, which every instance
-- reads four times a second at most. So what ends with an account is listed too.
CREATE FUNCTION accounts_end_access_tokens() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    -- The grants of which an access token can still be accepted somewhere.
    INSERT INTO oauth_revoked_tokens (jti, expires_at)
    SELECT replace(id::text, '-', ''), now() + interval '65 minutes'
    FROM (
        SELECT id FROM oauth_refresh_tokens
        WHERE user_id = OLD.id AND coalesce(nullif(rotated_at, 'infinity'), created_at) > now() - interval '65 minutes'
        UNION
        SELECT id FROM oauth_authorization_codes
        WHERE user_id = OLD.id AND used_at > now() - interval '65 minutes'
    ) AS grants
    ON CONFLICT (jti) DO UPDATE
    SET expires_at = GREATEST(oauth_revoked_tokens.expires_at, excluded.expires_at);
    RETURN NULL;
END;
$$;

CREATE TRIGGER accounts_end_access_tokens_disabled AFTER UPDATE OF disabled_at ON accounts
    FOR EACH ROW WHEN (NEW.disabled_at IS NOT NULL AND OLD.disabled_at IS NULL)
    EXECUTE FUNCTION accounts_end_access_tokens();

CREATE TRIGGER accounts_end_access_tokens_deleted AFTER DELETE ON accounts
    FOR EACH ROW EXECUTE FUNCTION accounts_end_access_tokens();
