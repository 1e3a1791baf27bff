-- contract: a server before this version looks for a token by its hash alone, and does not find those that are made from now on
-- Keys that are random put every new row at another place of the index. Above some million rows that place is seldom in
-- memory, and the first change to a page after a checkpoint writes the whole page to the log. Rows of the older kind stay as
-- they are and are found as before, until they are swept.

COMMENT ON COLUMN oauth_refresh_tokens.token IS 'The second in which the token was made (since 1970, 4 bytes, most significant first) and the SHA-256 of the token; of a token made before schema 012 the SHA-256 alone.';
