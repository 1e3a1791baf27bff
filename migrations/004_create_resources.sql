-- The APIs behind this server (RFC 8707), the scopes of each with their words for people, and what a client may ask for.

-- How two spellings of one identifier compare: scheme and host in lower case, and an empty path as a slash (RFC 3986
-- sections 6.2.2.1 and 6.2.3). All behind that is compared byte for byte. The server does the same to what a request names.
CREATE FUNCTION oauth_canonical_resource(resource text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
        SELECT lower(head COLLATE "C") || CASE WHEN head ~ '//' AND rest !~ '^/' THEN '/' ELSE '' END || rest
        FROM (SELECT head, substr(resource, length(head) + 1) AS rest
              FROM (SELECT coalesce(substring(resource FROM '^[^:/?#]+:(?://[^/?#]*)?'), '') AS head) AS parsed) AS parts
    $$;

CREATE FUNCTION oauth_scope_names(scopes jsonb) RETURNS text[]
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
        SELECT ARRAY(SELECT jsonb_object_keys(CASE jsonb_typeof(scopes) WHEN 'object' THEN scopes ELSE '{}'::jsonb END))
    $$;

-- Every text of an object whose members are texts, or texts by language. NULL where something else stands.
CREATE FUNCTION oauth_scope_words(scopes jsonb) RETURNS text[]
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
        SELECT ARRAY(SELECT CASE jsonb_typeof(words) WHEN 'string' THEN words #>> '{}' END
                     FROM jsonb_each(CASE jsonb_typeof(scopes) WHEN 'object' THEN scopes ELSE '{}'::jsonb END) AS scope,
                          LATERAL (SELECT scope.value AS words WHERE jsonb_typeof(scope.value) <> 'object'
                                   UNION ALL
                                   SELECT said.value
                                   FROM jsonb_each(CASE jsonb_typeof(scope.value) WHEN 'object' THEN scope.value
                                                   ELSE '{}'::jsonb END) AS said) AS spoken)
    $$;

-- Every constraint name says what is wrong, as in oauth_clients.
CREATE TABLE oauth_resources (
    id                     uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
    resource               text        NOT NULL,      -- the identifier, and the aud of its access tokens as it stands here
    canonical              text        NOT NULL GENERATED ALWAYS AS (oauth_canonical_resource(resource)) STORED UNIQUE,
    name                   text        NOT NULL,      -- in plain words, for the consent page
    names                  jsonb       NOT NULL DEFAULT '{}',   -- the same in other languages: {"de": "Notizen"}
    -- {"notes:read": "See your notes"}, or {"notes:read": {"default": "See your notes", "de": "Ihre Notizen ansehen"}}
    scopes                 jsonb       NOT NULL,
    access_token_lifetime  interval,                  -- NULL for OAuth:AccessTokenLifetime
    is_default             boolean     NOT NULL DEFAULT false,  -- meant by a request that names no resource
    introspection_clients  text[]      NOT NULL DEFAULT '{}',   -- may ask whether a token for this API is good
    created_at             timestamptz NOT NULL DEFAULT now(),
    updated_at             timestamptz NOT NULL DEFAULT now(),
    disabled_at            timestamptz,

    CONSTRAINT resource_is_an_absolute_uri CHECK (resource ~ '^[A-Za-z][A-Za-z0-9+.-]*:.'),
    CONSTRAINT resource_has_no_fragment CHECK (resource !~ '#'),
    CONSTRAINT resource_has_at_most_500_characters_of_a_uri
        CHECK (length(resource) <= 500 AND resource ~ '^[\x21-\x7E]*$' AND resource !~ '[\\"<>^`{|}]'),
    CONSTRAINT resource_has_a_host_without_user_info
        CHECK (resource !~ '^[^:/?#]+://([/?#]|$)' AND resource !~ '^[^:/?#]+://[^/?#]*@'),
    CONSTRAINT resource_has_no_default_port
        CHECK (resource !~* '^(https://[^/?#]*:443|http://[^/?#]*:80)([/?#]|$)'),
    CONSTRAINT resource_name_has_1_to_100_characters
        CHECK (length(name) BETWEEN 1 AND 100 AND name ~ '\S' AND name !~ '[\x01-\x1F\x7F]'),
    CONSTRAINT resource_names_are_texts_by_language
        CHECK (jsonb_typeof(names) = 'object' AND array_position(oauth_scope_words(names), NULL) IS NULL
               AND NOT jsonb_path_exists(names, '$.* ? (@.type() == "object")')
               AND oauth_every(oauth_scope_names(names), '^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$')),
    CONSTRAINT resource_names_have_1_to_100_characters
        CHECK (oauth_none(oauth_scope_words(names), '^\s*$|[\x01-\x1F\x7F]|^.{101}')),
    CONSTRAINT scopes_are_an_object_of_names_and_words
        CHECK (jsonb_typeof(scopes) = 'object' AND array_position(oauth_scope_words(scopes), NULL) IS NULL),
    CONSTRAINT scopes_are_not_empty CHECK (jsonb_typeof(scopes) <> 'object' OR scopes <> '{}'),
    CONSTRAINT scope_names_have_valid_characters
        CHECK (oauth_every(oauth_scope_names(scopes), '^[\x21\x23-\x5B\x5D-\x7E]{1,100}$')),
    CONSTRAINT scope_words_have_1_to_200_characters
        CHECK (oauth_none(oauth_scope_words(scopes), '^\s*$|[\x01-\x1F\x7F]|^.{201}')),
    CONSTRAINT scope_words_by_language_have_a_default
        CHECK (NOT jsonb_path_exists(scopes, '$.* ? (@.type() == "object" && !exists(@.default))')),
    CONSTRAINT scope_words_are_by_language_tag
        CHECK (NOT jsonb_path_exists(scopes, '$.* ? (@.type() == "object").keyvalue()
                   ? (!(@.key like_regex "^(default|[a-z]{2,3}(-[A-Za-z0-9]{2,8})*)$"))')),
    -- A revocation is listed for as long as a token of the longest lifetime can be accepted.
    CONSTRAINT access_token_lifetime_is_1_minute_to_1_hour
        CHECK (access_token_lifetime BETWEEN interval '1 minute' AND interval '1 hour'
               AND extract(month FROM access_token_lifetime) = 0),
    CONSTRAINT default_resource_is_not_disabled CHECK (NOT is_default OR disabled_at IS NULL),
    CONSTRAINT introspection_clients_are_client_ids
        CHECK (oauth_every(introspection_clients, '^[\x20-\x7E]{1,128}$'))
);

CREATE UNIQUE INDEX oauth_resources_one_default ON oauth_resources (is_default) WHERE is_default;

COMMENT ON TABLE oauth_resources IS
    'The APIs that tokens are for (RFC 8707). This table is the truth; instances follow changes within a second.';

-- Every instance reads the table again at once (LISTEN oauth_resources_changed).
CREATE FUNCTION oauth_resources_notify() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    PERFORM pg_notify('oauth_resources_changed', '');
    RETURN NULL;
END;
$$;

CREATE TRIGGER oauth_resources_notify AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON oauth_resources
    FOR EACH STATEMENT EXECUTE FUNCTION oauth_resources_notify();

CREATE TRIGGER oauth_resources_touch BEFORE UPDATE ON oauth_resources
    FOR EACH ROW EXECUTE FUNCTION oauth_touch();

-- Beside the default, which every client may ask for. In any spelling: it is compared as above.
ALTER TABLE oauth_clients
    ADD COLUMN allowed_resources text[] NOT NULL DEFAULT '{}',
    ADD CONSTRAINT allowed_resources_are_absolute_uris_without_fragment
        CHECK (oauth_every(allowed_resources, '^[A-Za-z][A-Za-z0-9+.-]*:[\x21\x22\x24-\x7E]+$'));

-- Consent is to an API, by the canonical form of its identifier. What was agreed to before named none: people are asked anew.
DELETE FROM oauth_consents;
ALTER TABLE oauth_consents
    ADD COLUMN resource text NOT NULL,
    DROP CONSTRAINT oauth_consents_pkey,
    ADD PRIMARY KEY (user_id, client_id, resource);

-- What the last refresh named: a repeat of it may not ask for something else.
ALTER TABLE oauth_refresh_tokens
    ADD COLUMN rotated_resource text,
    ADD COLUMN rotated_scope    text;
