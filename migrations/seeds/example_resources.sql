-- Describing APIs: an example to copy. Nothing runs this file by itself.
--
--   psql "$DATABASE_URL" -f my_resources.sql
--
-- A running server sees a new or changed row within a second; no restart is needed. A row that could never work is
-- refused by a CHECK constraint whose name says what is wrong. docs/resources.md explains the columns.

begin;

-- 1. The API that is meant when an app names none: the aud of its tokens is the identifier, as it stands here.
insert into oauth_resources (resource, name, scopes, is_default)
values ('https://api.acme.example', 'Acme', '{"read": "See your data", "write": "Add to your data and change it"}', true);

-- 2. Another one, for apps that name it (resource=https://files.acme.example), with shorter tokens.
insert into oauth_resources (resource, name, scopes, access_token_lifetime)
values ('https://files.acme.example', 'Acme Files',
        '{"files:read": "See your files", "files:write": "Change and delete your files"}', interval '5 minutes');

commit;

-- Letting a client ask for the second one:
--   update oauth_clients
--      set allowed_resources = '{https://files.acme.example}', allowed_scopes = allowed_scopes || '{files:read}'
--    where client_id = 'acme-web';

-- One more scope:
--   update oauth_resources set scopes = scopes || '{"files:share": "Share your files with others"}'
--    where resource = 'https://files.acme.example';

-- Disabling an API, and enabling it again. Access tokens already out live until they expire.
--   update oauth_resources set disabled_at = now() where resource = 'https://files.acme.example';
--   update oauth_resources set disabled_at = null  where resource = 'https://files.acme.example';
