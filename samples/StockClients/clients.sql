-- The clients and APIs of this sample. For Development and staging: everybody knows the secret, which is the one of
-- migrations/seeds/example_clients.sql. Elsewhere a server that starts with them warns (event 7012).
--
--   psql "$DATABASE_URL" -v jwks="$(node key.mjs)" -f clients.sql
--
-- It may be run again, as after a new key.

\set ON_ERROR_STOP on
\if :{?jwks}
\else
do $$ begin raise 'The public key is missing: -v jwks="$(node key.mjs)"'; end $$;
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
insert into oauth_clients (client_id, client_secret, name, redirect_uris, allowed_resources, allowed_scopes)
values ('stock-web',
        '$2a$12$mVdMDShNwmSkGrFsN27zCeNAfh7bX/CL5Dl8qhSbF3XDJ4FiXgDpm',   -- 'demo-web-secret'
        'Demo Stock Web',
        '{http://127.0.0.1:5093/callback}',
        '{https://notes.stock.example,https://files.stock.example}',
        '{notes:read,notes:write,files:read}')
on conflict (client_id) do nothing;

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

commit;
