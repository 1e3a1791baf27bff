-- The clients and APIs of this sample. For Development and staging: everybody knows the secret, which is the one of
-- migrations/seeds/example_clients.sql. Elsewhere a server that starts with them warns (event 7012).
--
--   psql "$DATABASE_URL" -v jwks="$(node key.mjs)" -v port=20000 -f clients.sql
--
-- It may be run again, as after a new key.

\set ON_ERROR_STOP on
\if :{?jwks}
\else
do $$ begin raise 'The public key is missing: -v jwks="$(node key.mjs)"'; end $$;
\endif
\if :{?port}
\else
do $$ begin raise 'The first port of the apps is missing: -v port=20000'; end $$;
\endif

begin;

-- stock-service is also the API behind the files, and may ask about tokens for it; so may stock-jobs, by its key.
delete from oauth_resources where resource in ('https://notes.stock.example', 'https://files.stock.example');
insert into oauth_resources (resource, name, scopes, introspection_clients)
values ('https://notes.stock.example', 'Demo Notes', '{"notes:read": "See your notes", "notes:write": "Write notes"}',
        '{}'),
       ('https://files.stock.example', 'Demo Files', '{"files:read": "See your files", "files:write": "Write files"}',
        '{stock-service,stock-jobs}');

-- A service: access of its own, nobody signs in.
insert into oauth_clients
    (client_id, client_secret, name, redirect_uris, grant_types, allowed_resources, allowed_scopes)
values ('stock-service',
        '$2a$12$mVdMDShNwmSkGrFsN27zCeNAfh7bX/CL5Dl8qhSbF3XDJ4FiXgDpm',   -- 'demo-web-secret'
        'Demo Service',
        '{}',
        '{client_credentials}',
        '{https://notes.stock.example,https://files.stock.example}',
        '{notes:read,files:read,files:write}')
on conflict (client_id) do update set allowed_scopes = excluded.allowed_scopes;

-- An app that people let in. Nothing has to listen at its address.
insert into oauth_clients
    (client_id, client_secret, name, redirect_uris, allowed_resources, allowed_scopes, post_logout_redirect_uris)
values ('stock-web',
        '$2a$12$mVdMDShNwmSkGrFsN27zCeNAfh7bX/CL5Dl8qhSbF3XDJ4FiXgDpm',   -- 'demo-web-secret'
        'Demo Stock Web',
        '{http://127.0.0.1:5093/callback}',
        '{https://notes.stock.example,https://files.stock.example}',
        '{openid,email,notes:read,notes:write,files:read}',
        '{http://127.0.0.1:5093/signed-out}')
on conflict (client_id) do update set
    allowed_scopes = excluded.allowed_scopes, post_logout_redirect_uris = excluded.post_logout_redirect_uris;

-- An app with a key instead of a secret, for people and for itself.
insert into oauth_clients (client_id, name, redirect_uris, grant_types, allowed_resources, allowed_scopes, jwks)
values ('stock-jobs',
        'Demo Jobs',
        '{http://127.0.0.1:5093/jobs/callback}',
        '{authorization_code,refresh_token,client_credentials}',
        '{https://notes.stock.example,https://files.stock.example}',
        '{notes:read,files:read}',
        :'jwks')
on conflict (client_id) do update set jwks = excluded.jwks;

-- Apps that really run, each at a port of its own from :port on. passport-openidconnect knows no PKCE; Auth.js reads
-- claims in the ID token alone.
insert into oauth_clients (client_id, client_secret, name, application_type, redirect_uris, post_logout_redirect_uris,
                           backchannel_logout_uri, require_pkce, claims_in_id_token, allowed_scopes)
select client_id,
       case type when 'web' then '$2a$12$mVdMDShNwmSkGrFsN27zCeNAfh7bX/CL5Dl8qhSbF3XDJ4FiXgDpm' end,   -- 'demo-web-secret'
       name, type,
       array[origin || callback], array[origin || signed_out], origin || back_channel,
       client_id <> 'stock-passport', client_id = 'stock-authjs',
       '{openid,profile,email,read,write}'
from (values
    ('stock-express',   0, 'Demo Express',   'web',     '/callback',            '',              '/backchannel-logout'),
    ('stock-authjs',    1, 'Demo Auth.js',   'web',     '/auth/callback/stock', '/',             null),
    ('stock-passport',  2, 'Demo Passport',  'web',     '/callback',            '/',             null),
    ('stock-spa',       3, 'Demo SPA',       'browser', '/callback',            '/',             null),
    ('stock-angular',   4, 'Demo Angular',   'browser', '/angular.html',        '/angular.html', null),
    ('stock-aspnet',    5, 'Demo ASP.NET',   'web',     '/callback',            '/signed-out',   '/backchannel-logout'),
    ('stock-openiddict', 6, 'Demo OpenIddict', 'web',   '/callback',            '/signed-out',   null),
    ('stock-apache',    7, 'Demo Apache',    'web',     '/page/callback',       '/signed-out',
        '/page/callback?logout=backchannel')
) as app (client_id, number, name, type, callback, signed_out, back_channel),
    lateral (select 'http://127.0.0.1:' || :port + number) as at (origin)
on conflict (client_id) do update set
    redirect_uris = excluded.redirect_uris, post_logout_redirect_uris = excluded.post_logout_redirect_uris,
    backchannel_logout_uri = excluded.backchannel_logout_uri, require_pkce = excluded.require_pkce,
    claims_in_id_token = excluded.claims_in_id_token, allowed_scopes = excluded.allowed_scopes;

commit;
