-- Withdrawing one family reads that family's code, however many codes the person has, as it does with refresh tokens.

CREATE INDEX oauth_authorization_codes_family ON oauth_authorization_codes (user_id, client_id, family_id);
DROP INDEX oauth_authorization_codes_user;
