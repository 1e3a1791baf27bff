-- OpenID Connect: what is known of people beside their address, and what apps may learn of it (Core section 5).

-- One row for each person of whom anything is known. Written by operators (docs/openid-connect.md): the server reads it.
-- What is not known is NULL, never an empty text.
CREATE TABLE account_profiles (
    account_id             uuid        PRIMARY KEY REFERENCES accounts ON DELETE CASCADE,
    name                   text,       -- in full, as it is to be shown
    given_name             text,
    family_name            text,
    middle_name            text,
    nickname               text,
    preferred_username     text,       -- shown, and neither unique nor for sign-in
    profile                text,       -- URL of a page about the person
    picture                text,       -- URL of a picture
    website                text,       -- URL
    gender                 text,
    birthdate              text,       -- YYYY-MM-DD; 0000-MM-DD or YYYY where only a part is known
    zoneinfo               text,       -- such as Europe/Paris
    locale                 text,       -- such as fr-CA
    phone_number           text,       -- E.164, such as +33140205050
    phone_number_verified  boolean     NOT NULL DEFAULT false,
    address_formatted      text,       -- whole, perhaps in several lines
    street_address         text,
    locality               text,
    region                 text,
    postal_code            text,
    country                text,
    updated_at             timestamptz NOT NULL DEFAULT now(),

    CONSTRAINT profile_texts_have_1_to_500_characters CHECK (oauth_every(
        array_remove(ARRAY[name, given_name, family_name, middle_name, nickname, preferred_username, gender,
            street_address, locality, region, postal_code, country, address_formatted], NULL),
        '^(?=.*\S)(.|\n){1,250}(.|\n){0,250}$')),
    CONSTRAINT profile_texts_have_no_control_characters CHECK (oauth_none(
        array_remove(ARRAY[name, given_name, family_name, middle_name, nickname, preferred_username, gender,
            locality, region, postal_code, country], NULL), '[\x01-\x1F\x7F]')),
    CONSTRAINT profile_links_are_https_or_http_urls CHECK (oauth_every(
        array_remove(ARRAY[profile, picture, website], NULL), '^https?://[\x21-\x7E]{1,250}[\x21-\x7E]{0,250}$')),
    CONSTRAINT birthdate_is_a_date_or_a_year
        CHECK (birthdate ~ '^[0-9]{4}(-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01]))?$'),
    CONSTRAINT zoneinfo_is_a_name_of_a_time_zone CHECK (zoneinfo ~ '^[A-Za-z][A-Za-z0-9_+/-]{0,63}$'),
    CONSTRAINT locale_is_a_language_tag CHECK (locale ~ '^[A-Za-z]{2,8}([-_][A-Za-z0-9]{1,8})*$'),
    CONSTRAINT phone_number_is_e164
        CHECK (phone_number ~ '^\+[1-9][0-9]{1,14}(;ext=[0-9]{1,10})?$'),
    CONSTRAINT phone_number_is_there_when_verified CHECK (phone_number IS NOT NULL OR NOT phone_number_verified)
);

COMMENT ON TABLE account_profiles IS
    'What apps may learn of people by the scopes profile, phone and address (OpenID Connect Core section 5.4).';

CREATE TRIGGER account_profiles_touch BEFORE UPDATE ON account_profiles
    FOR EACH ROW EXECUTE FUNCTION oauth_touch();

-- All claims of one person, by their names in OpenID Connect; what is not known is left out. Which of them an app gets is
-- decided by the server.
CREATE FUNCTION account_claims(account_id uuid) RETURNS jsonb
    LANGUAGE sql STABLE
    AS $$
        SELECT jsonb_strip_nulls(jsonb_build_object(
            'email', a.email, 'email_verified', CASE WHEN a.email IS NOT NULL THEN a.email_confirmed END,
            'name', p.name, 'given_name', p.given_name, 'family_name', p.family_name, 'middle_name', p.middle_name,
            'nickname', p.nickname, 'preferred_username', p.preferred_username, 'profile', p.profile,
            'picture', p.picture, 'website', p.website, 'gender', p.gender, 'birthdate', p.birthdate,
            'zoneinfo', p.zoneinfo, 'locale', p.locale, 'updated_at', floor(extract(epoch FROM p.updated_at))::bigint,
            'phone_number', p.phone_number,
            'phone_number_verified', CASE WHEN p.phone_number IS NOT NULL THEN p.phone_number_verified END,
            'address', nullif(jsonb_strip_nulls(jsonb_build_object(
                'formatted', p.address_formatted, 'street_address', p.street_address, 'locality', p.locality,
                'region', p.region, 'postal_code', p.postal_code, 'country', p.country)), '{}')))
        FROM accounts a LEFT JOIN account_profiles p ON p.account_id = a.id
        WHERE a.id = $1
    $$;

-- An app that cannot ask the userinfo endpoint finds the claims of its scopes in the ID token too.
ALTER TABLE oauth_clients ADD COLUMN claims_in_id_token boolean NOT NULL DEFAULT false;

-- What was asked for by the parameter claims (Core section 5.5): {"userinfo": ["name"], "id_token": ["email"]}.
ALTER TABLE oauth_authorization_codes ADD COLUMN claims text;
ALTER TABLE oauth_refresh_tokens ADD COLUMN claims text;

-- These are scopes of the server itself: one of an API would be taken for them.
ALTER TABLE oauth_resources ADD CONSTRAINT scope_names_are_not_those_of_openid_connect CHECK (
    NOT oauth_scope_names(scopes) && '{openid,profile,email,phone,address,offline_access}');

-- A scope that speaks of a person is granted together with openid alone.
ALTER TABLE oauth_clients ADD CONSTRAINT scopes_of_a_person_come_with_openid CHECK (
    'openid' = ANY (allowed_scopes) OR NOT allowed_scopes && '{profile,email,phone,address}');
