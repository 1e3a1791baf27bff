-- The rest of a signing key's life, as instances see it: when the last of them stopped signing with it, which keys retire
-- waits for, and when it was taken out of the JWK Set.

ALTER TABLE oauth_signing_keys ADD COLUMN signs_until timestamptz;
ALTER TABLE oauth_signing_keys ADD COLUMN withdrawn_at timestamptz;
