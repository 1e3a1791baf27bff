-- Refresh tokens of the server that was here before (docs/import.md). Each is a row of oauth_refresh_tokens like any
-- other: token holds the hash that the other server stored, and the first refresh makes it one of this server's.

-- Until when such tokens of a client are looked for at all; NULL for never. To end it by hand:
-- UPDATE oauth_clients SET imported_tokens_until = NULL WHERE client_id = '...'
ALTER TABLE oauth_clients ADD COLUMN imported_tokens_until timestamptz;
