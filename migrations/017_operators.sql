-- People who look after the server by its own API, and the clients that they may use for it. docs/operations/admin-api.md

-- To make somebody an operator by hand: INSERT INTO operators (account_id) VALUES (account_of('...'))
CREATE TABLE operators (
    account_id  uuid        PRIMARY KEY REFERENCES accounts (id) ON DELETE CASCADE,
    added_at    timestamptz NOT NULL DEFAULT now()
);

COMMENT ON TABLE operators IS
    'Whose access tokens may carry scopes of the admin API. It is asked at every call, so a row that goes counts at once.';

-- Whether a client may ask for scopes of the admin API. SQL alone sets it: no file of clients and no call of the API does.
ALTER TABLE oauth_clients ADD COLUMN may_administer boolean NOT NULL DEFAULT false;
