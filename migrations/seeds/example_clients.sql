-- Registering clients: an example to copy. Nothing runs this file by itself.
--
--   psql "$DATABASE_URL" -f my_clients.sql
--
-- A running server sees a new or changed row within a second; no restart is needed. A row that could never work
-- (wildcard, fragment, http beyond loopback, a secret in plain text, …) is refused by a CHECK constraint whose name
-- says what is wrong. The same as a file, for a pipeline: example_clients.json and OAuthServer clients apply.
--
-- application_type
--   web      confidential: keeps a secret on a server               client_secret required
--   browser  public: a single page app, cannot keep a secret        client_secret NULL
--   native   public: a desktop, mobile or command-line app          client_secret NULL
--
-- Scopes are those of an API: example_resources.sql; or of the person: openid, profile, email, phone, address,
-- offline_access (docs/openid-connect.md).
-- Columns with defaults: grant_types {authorization_code,refresh_token}, require_pkce true, default_scopes {}.

begin;

-- 1. A web app, secret hashed outside the database (the plain secret never reaches SQL or its logs).
--    Make a secret and its hash:   dotnet run --project src/OAuthServer -- clients hash-secret
--    The hash shown is for the demo value 'demo-web-secret': replace it.
insert into oauth_clients (client_id, client_secret, name, application_type, redirect_uris, allowed_scopes, default_scopes,
                           post_logout_redirect_uris, backchannel_logout_uri)
values ('acme-web',
        '$2a$12$mVdMDShNwmSkGrFsN27zCeNAfh7bX/CL5Dl8qhSbF3XDJ4FiXgDpm',
        'Acme Web',
        'web',
        '{https://app.acme.example/callback}',   -- compared byte for byte; several are allowed
        '{openid,profile,email,read,write}',     -- all that it may ask for
        '{read}',                                -- granted when the request names no scope
        '{https://app.acme.example/signed-out}', -- where people may be sent after sign-out
        'https://app.acme.example/backchannel-logout'); -- where it is told that a session is over

-- 2. A web app, secret hashed by PostgreSQL. Once per database: create extension if not exists pgcrypto;
--    Choose a random secret of 72 bytes or less. It travels in the statement: keep log_statement off.
--
-- insert into oauth_clients (client_id, client_secret, name, redirect_uris, allowed_scopes)
-- values ('acme-reports', crypt('replace-with-a-random-secret', gen_salt('bf', 12)), 'Acme Reports',
--         '{https://reports.acme.example/signin-oauth}', '{read}');

-- 3. A single page app: public, so no secret; PKCE always. Its origin may call the token endpoint (CORS).
insert into oauth_clients (client_id, name, application_type, redirect_uris, allowed_scopes, post_logout_redirect_uris)
values ('acme-spa', 'Acme in the browser', 'browser', '{https://spa.acme.example/callback}',
        '{openid,profile,email,read}', '{https://spa.acme.example/}');

-- 4. A native app: public. On a loopback address the port is chosen at run time, so it is left out here
--    and any port matches (RFC 8252 section 7.3).
insert into oauth_clients (client_id, name, application_type, redirect_uris, allowed_scopes)
values ('acme-cli', 'Acme command line', 'native', '{http://127.0.0.1/callback}', '{read,write}');

commit;

-- OAuthServer clients rotate-secret and disable do the following too, and put it on record in oauth_audit_events.

-- Rotating a secret without an outage. Both secrets are accepted until the old one's end date.
--
-- a) Add the new one, and give the old one a week:
--   update oauth_clients
--      set next_client_secret = '<hash of the new secret>',
--          client_secret_expires_at = now() + interval '7 days'
--    where client_id = 'acme-web';
--
-- b) When the app uses the new one everywhere, make it the only one:
--   update oauth_clients
--      set client_secret = next_client_secret,
--          client_secret_expires_at = next_client_secret_expires_at,
--          next_client_secret = null,
--          next_client_secret_expires_at = null
--    where client_id = 'acme-web' and next_client_secret is not null;

-- Disabling a client, and enabling it again. Access tokens already out live until they expire (15 minutes).
--   update oauth_clients set disabled_at = now() where client_id = 'acme-web';
--   update oauth_clients set disabled_at = null  where client_id = 'acme-web';
