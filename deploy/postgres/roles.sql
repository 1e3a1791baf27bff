-- The database and its two roles: one that owns the tables and migrates, one that serves and can change no table.
-- As a superuser, once:  psql -v ON_ERROR_STOP=1 -f roles.sql  and then \password for both roles.
CREATE ROLE oauth_owner LOGIN;
CREATE ROLE oauth_server LOGIN;
CREATE DATABASE oauth OWNER oauth_owner ENCODING 'UTF8' TEMPLATE template0;
REVOKE ALL ON DATABASE oauth FROM PUBLIC;
GRANT CONNECT ON DATABASE oauth TO oauth_server;

\connect oauth
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE, CREATE ON SCHEMA public TO oauth_owner;
GRANT USAGE ON SCHEMA public TO oauth_server;
-- Tables that a migration makes later are the server's to read and write too.
ALTER DEFAULT PRIVILEGES FOR ROLE oauth_owner IN SCHEMA public
    GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO oauth_server;
