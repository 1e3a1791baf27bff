-- Tokens of clients themselves (RFC 6749 section 4.4), for which nobody signs in.

-- Begins the jti of the client's own access tokens, as a grant's id begins those of a person's. Another value ends them:
-- UPDATE oauth_clients SET own_grant_id = gen_random_uuid() WHERE client_id = '...'
ALTER TABLE oauth_clients ADD COLUMN own_grant_id uuid NOT NULL DEFAULT gen_random_uuid();

ALTER TABLE oauth_clients
    DROP CONSTRAINT grant_types_are_supported,
    ADD CONSTRAINT grant_types_are_supported CHECK (
        cardinality(grant_types) > 0
        AND oauth_every(grant_types, '^(authorization_code|refresh_token|client_credentials)$')),
    -- Whoever has no secret cannot show who it is (RFC 6749 section 4.4).
    ADD CONSTRAINT client_credentials_are_for_confidential_clients
        CHECK (application_type = 'web' OR NOT 'client_credentials' = ANY (grant_types));

-- The tokens that a client has of its own end when it is disabled or deleted, and when it gets another own_grant_id. They
-- are listed for as long as the longest access token can live, and a verifier's tolerance.
CREATE FUNCTION oauth_clients_end_own_tokens() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.disabled_at IS NULL AND NEW.disabled_at IS NOT NULL
        AND NEW.own_grant_id = OLD.own_grant_id
    THEN
        NEW.own_grant_id := gen_random_uuid();
    END IF;
    IF TG_OP = 'DELETE' OR NEW.own_grant_id <> OLD.own_grant_id THEN
        INSERT INTO oauth_revoked_tokens (jti, expires_at)
        VALUES (replace(OLD.own_grant_id::text, '-', ''), now() + interval '65 minutes')
        ON CONFLICT (jti) DO UPDATE
        SET expires_at = GREATEST(oauth_revoked_tokens.expires_at, excluded.expires_at);
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END;
$$;

CREATE TRIGGER oauth_clients_end_own_tokens BEFORE UPDATE OR DELETE ON oauth_clients
    FOR EACH ROW EXECUTE FUNCTION oauth_clients_end_own_tokens();
