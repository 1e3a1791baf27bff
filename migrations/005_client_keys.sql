-- Clients that prove who they are with a key (private_key_jwt: RFC 7523, RFC 7521, RFC 10070), and the signed JWTs that
-- were used and must not be used again.

-- The same kid twice would leave open which key is meant.
CREATE FUNCTION oauth_key_ids_differ(jwks jsonb) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
        SELECT count(kid) = count(DISTINCT kid)
        FROM jsonb_path_query(jwks, '$.keys[*].kid') AS kid
    $$;

-- A condition that cannot be answered, as of a number where text is meant, does not hold.
CREATE FUNCTION oauth_every_key(jwks jsonb, fits jsonpath) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
        SELECT coalesce(bool_and(coalesce(jsonb_path_match(key, fits, '{}', true), false)), true)
        FROM jsonb_path_query(jwks, '$.keys[*]') AS key
    $$;

ALTER TABLE oauth_clients
    ADD COLUMN jwks                             jsonb,  -- public keys (RFC 7517 section 5)
    ADD COLUMN jwks_uri                         text,   -- where the client publishes them instead
    ADD COLUMN token_endpoint_auth_signing_alg  text,   -- the one algorithm; NULL for any that fits the key

    DROP CONSTRAINT web_client_has_a_secret,
    ADD CONSTRAINT web_client_has_a_secret_or_keys CHECK (
        application_type <> 'web' OR client_secret IS NOT NULL OR jwks IS NOT NULL OR jwks_uri IS NOT NULL),
    -- Whoever has a key never falls back to something weaker (RFC 9700 section 2.5).
    ADD CONSTRAINT client_with_keys_has_no_secret CHECK (
        (jwks IS NULL AND jwks_uri IS NULL) OR (client_secret IS NULL AND next_client_secret IS NULL)),
    ADD CONSTRAINT public_client_has_no_keys CHECK (application_type = 'web' OR (jwks IS NULL AND jwks_uri IS NULL)),
    ADD CONSTRAINT client_has_jwks_or_jwks_uri_and_not_both CHECK (jwks IS NULL OR jwks_uri IS NULL),

    ADD CONSTRAINT jwks_uri_has_at_most_2000_printable_ascii_characters CHECK (
        length(jwks_uri) <= 2000 AND jwks_uri !~ '[^\x21-\x7E]'),
    ADD CONSTRAINT jwks_uri_is_https CHECK (jwks_uri ~ '^https://[A-Za-z0-9\[][A-Za-z0-9.:\[\]_-]*([/?]|$)'),
    ADD CONSTRAINT jwks_uri_has_no_fragment CHECK (jwks_uri !~ '#'),

    ADD CONSTRAINT token_endpoint_auth_signing_alg_is_supported CHECK (
        token_endpoint_auth_signing_alg ~ '^(RS|PS|ES)(256|384|512)$'),
    ADD CONSTRAINT token_endpoint_auth_signing_alg_is_for_clients_with_keys CHECK (
        token_endpoint_auth_signing_alg IS NULL OR jwks IS NOT NULL OR jwks_uri IS NOT NULL),

    ADD CONSTRAINT jwks_is_an_object_with_a_list_of_1_to_20_keys CHECK (
        CASE WHEN jsonb_typeof(jwks) = 'object' AND jsonb_typeof(jwks -> 'keys') = 'array'
             THEN jsonb_array_length(jwks -> 'keys') BETWEEN 1 AND 20
                  AND NOT jsonb_path_exists(jwks, 'strict $.keys[*] ? (@.type() != "object")')
             ELSE jwks IS NULL END),
    ADD CONSTRAINT jwks_has_at_most_65536_characters CHECK (length(jwks::text) <= 65536),
    ADD CONSTRAINT jwks_holds_no_private_or_shared_key CHECK (oauth_every_key(jwks,
        '!(exists ($.d) || exists ($.p) || exists ($.q) || exists ($.dp) || exists ($.dq) || exists ($.qi)
           || exists ($.oth) || exists ($.k) || $.kty == "oct")')),
    ADD CONSTRAINT jwks_keys_are_rsa_or_ec CHECK (oauth_every_key(jwks, '$.kty == "RSA" || $.kty == "EC"')),
    -- 342 characters of base64url are 2048 bits; an exponent has 1 to 4 bytes.
    ADD CONSTRAINT jwks_rsa_keys_have_a_modulus_of_2048_to_8192_bits CHECK (oauth_every_key(jwks,
        '!($.kty == "RSA") || ($.n like_regex "^([A-Za-z0-9_-]{171}){2,7}[A-Za-z0-9_-]{0,170}$"
                               && $.e like_regex "^[A-Za-z0-9_-]{2,6}$")')),
    ADD CONSTRAINT jwks_ec_keys_are_points_of_p_256_p_384_or_p_521 CHECK (oauth_every_key(jwks,
        '!($.kty == "EC") || (($.crv == "P-256" || $.crv == "P-384" || $.crv == "P-521")
                              && $.x like_regex "^[A-Za-z0-9_-]{43,88}$"
                              && $.y like_regex "^[A-Za-z0-9_-]{43,88}$")')),
    ADD CONSTRAINT jwks_keys_are_for_signatures CHECK (oauth_every_key(jwks, '!exists ($.use) || $.use == "sig"')),
    ADD CONSTRAINT jwks_key_ids_are_strings_that_differ CHECK (
        oauth_key_ids_differ(jwks) AND oauth_every_key(jwks, '!exists ($.kid) || $.kid.type() == "string"'));

ALTER TABLE oauth_audit_events
    ADD COLUMN detail text;  -- of a refusal: what was received instead of what had to come, escaped and cut

-- Signed JWTs that are good for one request, by the time after which nobody takes them any more: client assertions, and
-- whatever else is used once. The key decides, over all instances, who was first.
CREATE TABLE oauth_used_jwts (
    id          bytea       PRIMARY KEY,  -- SHA-256 over what it is, whose it is, and its jti
    expires_at  timestamptz NOT NULL,

    CONSTRAINT used_jwt_id_is_a_sha256 CHECK (length(id) = 32)
) WITH (autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02);

CREATE INDEX oauth_used_jwts_expires_at ON oauth_used_jwts (expires_at);
