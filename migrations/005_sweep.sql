-- Rows of these tables leave all day long, in small batches. Vacuum follows after 2 % of changed rows instead of 20 %, so that
-- the space is used again and the tables stay as large as what is live in them.

ALTER TABLE oauth_authorization_codes SET (autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02);
ALTER TABLE oauth_refresh_tokens SET (autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02);
ALTER TABLE oauth_revoked_tokens SET (autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02);
