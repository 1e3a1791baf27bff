-- People by SQL: an example to copy. Nothing runs this file by itself.
--
--   psql "$DATABASE_URL" -f my_people.sql
--
-- For one person a command is simpler, and puts it on record in oauth_audit_events:
--   OAuthServer accounts create jane@example.com --generate
-- For many, with the hashes of another system: OAuthServer accounts import (docs/operations/accounts.md).
--
-- email and password_hash are enough. Stamps, user name and the form in which an address is looked up are made by the
-- table; a row that nobody could sign in with is refused by a constraint whose name says what is wrong.
--
-- password_hash is one of
--   ASP.NET Core Identity  versions 2 and 3, in Base64; what the server makes itself
--   bcrypt                 $2a$, $2b$ or $2y$, cost 4 to 14
--   argon2                 $argon2id$v=19$m=…,t=…,p=…$salt$hash, or argon2i: 128 MB, 10 passes and 4 lanes at most
--   PBKDF2                 $pbkdf2-sha256$i=…$salt$hash, or -sha512, or -sha1: 2,000,000 iterations at most
-- or NULL for somebody who has to choose a password first (OAuthServer accounts invite, reset-password). A hash of
-- another software is made anew at the first sign-in.

begin;

-- 1. The hash is of the demo value 'Demo-Passw0rd-2026', made by bcrypt: replace it. For example
--      htpasswd -nBC 12 '' | tr -d ':\n'
insert into accounts (email, password_hash, email_confirmed)
values ('jane@example.com', '$2y$12$i/Cljsthnd.48zO5aIQzRuByvsI1.omzYDg004j3k8e0Eh8.YilE6', true);

-- 2. Letters beyond ASCII, or a domain in Punycode: say how the address is looked up, in capitals, composed (NFC), with
--    the domain in letters. (accounts create does it by itself.)
insert into accounts (email, normalized_email)
values ('zoë@bücher.example', 'ZOË@BÜCHER.EXAMPLE');

-- 3. What apps may learn of her, by the scopes that she allows (docs/openid-connect.md).
insert into account_profiles (account_id, name, given_name, family_name, locale)
values (account_of('jane@example.com'), 'Jane Example', 'Jane', 'Example', 'en-GB');

commit;

-- Another address: both columns, or the constraint accounts_normalized_email_is_of_another_address refuses it.
--   update accounts set email = 'jane.doe@example.com', normalized_email = upper('jane.doe@example.com'),
--          user_name = 'jane.doe@example.com', normalized_user_name = upper('jane.doe@example.com')
--    where id = account_of('jane@example.com');
