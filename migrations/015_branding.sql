-- What the consent page shows of an app beside its name: who makes it, its rules, its picture (RFC 7591 section 2).

CREATE FUNCTION oauth_is_plain_https(url text) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
        SELECT length(url) <= 2000 AND url ~ '^https://[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9-]+)*(:[0-9]{1,5})?([/?#]|$)'
            AND url !~ '[^\x21-\x7E]' AND url !~ '[\\"<>^`{|}]'
    $$;

ALTER TABLE oauth_clients
    ADD COLUMN client_uri  text,  -- a page about the app or its maker
    ADD COLUMN policy_uri  text,  -- what it does with data
    ADD COLUMN tos_uri     text,  -- its terms
    ADD COLUMN logo_uri    text,  -- where "clients logo --fetch" takes the picture from; no browser is sent there
    ADD COLUMN logo        text,  -- the SHA-256 of the picture in oauth_client_logos; a trigger writes it

    -- A browser follows them from a page of ours: nothing but https, to a named host, on its way to nobody's password.
    ADD CONSTRAINT client_uri_is_a_plain_https_url CHECK (oauth_is_plain_https(client_uri)),
    ADD CONSTRAINT policy_uri_is_a_plain_https_url CHECK (oauth_is_plain_https(policy_uri)),
    ADD CONSTRAINT tos_uri_is_a_plain_https_url CHECK (oauth_is_plain_https(tos_uri)),
    ADD CONSTRAINT logo_uri_is_a_plain_https_url CHECK (oauth_is_plain_https(logo_uri)),
    ADD CONSTRAINT logo_is_a_sha256 CHECK (logo ~ '^[0-9a-f]{64}$'),

    -- Directions that are overridden, and characters without width, let one name read as another.
    ADD CONSTRAINT name_has_no_characters_that_hide_or_reorder CHECK (
        name !~ '[\u00AD\u061C\u180E\u200B-\u200F\u2028-\u202E\u2060-\u206F\uFEFF\uFFF9-\uFFFB]');

-- One picture for each client, as it was when it was fetched or given. "OAuthServer clients logo" writes it.
CREATE TABLE oauth_client_logos (
    client_id   text        PRIMARY KEY REFERENCES oauth_clients (client_id) ON DELETE CASCADE ON UPDATE CASCADE,
    content     bytea       NOT NULL,
    media_type  text        NOT NULL,
    hash        text        NOT NULL GENERATED ALWAYS AS (encode(sha256(content), 'hex')) STORED,
    updated_at  timestamptz NOT NULL DEFAULT now(),

    CONSTRAINT logo_has_at_most_256_kilobytes CHECK (length(content) <= 262144),
    CONSTRAINT logo_is_png_jpeg_or_webp_by_its_bytes CHECK (
        (media_type = 'image/png' AND substr(content, 1, 8) = '\x89504e470d0a1a0a')
        OR (media_type = 'image/jpeg' AND substr(content, 1, 3) = '\xffd8ff')
        OR (media_type = 'image/webp' AND substr(content, 1, 4) = '\x52494646' AND substr(content, 9, 4) = '\x57454250'))
);

CREATE INDEX oauth_client_logos_hash ON oauth_client_logos (hash);

-- Pages know of a picture by the client's own row, which is in memory; and every instance follows a change of that.
CREATE FUNCTION oauth_client_logos_note() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    UPDATE oauth_clients AS c
    SET logo = (SELECT l.hash FROM oauth_client_logos AS l WHERE l.client_id = c.client_id)
    WHERE c.client_id = coalesce(NEW.client_id, OLD.client_id);
    RETURN NULL;
END;
$$;

CREATE TRIGGER oauth_client_logos_note AFTER INSERT OR UPDATE OR DELETE ON oauth_client_logos
    FOR EACH ROW EXECUTE FUNCTION oauth_client_logos_note();

CREATE TRIGGER oauth_client_logos_touch BEFORE UPDATE ON oauth_client_logos
    FOR EACH ROW EXECUTE FUNCTION oauth_touch();
