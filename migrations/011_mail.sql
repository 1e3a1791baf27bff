-- Mail to people: what is still to be sent, and the links that were (docs/operations/mail.md).

-- A mail that is to be sent, or was: at least once, always with the same Message-ID. No link and no secret is in it: a
-- link is made when the mail is sent, and of its token the hash alone is kept.
CREATE TABLE mail_outbox (
    id                    uuid        PRIMARY KEY DEFAULT gen_random_uuid(),  -- the Message-ID
    kind                  text        NOT NULL,  -- names the template
    account_id            uuid,                  -- of a deleted account too: it is told that it is gone
    security_stamp        text,                  -- of the account when it was asked for; another one later ends a link
    recipient             text,                  -- NULL for the address that the account has when it is sent
    normalized_recipient  text,                  -- the recipient as addresses are compared
    language              text,                  -- NULL when nobody said one
    parameters            jsonb       NOT NULL DEFAULT '{}',
    counted               boolean     NOT NULL DEFAULT false,  -- a form asked for it: some an hour for an address
    sorted_at             timestamptz,           -- when it was decided what is sent, and whether; NULL before that
    made_at               timestamptz NOT NULL DEFAULT now(),
    expires_at            timestamptz NOT NULL,  -- it is not sent any more after this
    next_try_at           timestamptz NOT NULL DEFAULT now(),  -- whoever tries moves it ahead first
    tries                 integer     NOT NULL DEFAULT 0,
    done_at               timestamptz,
    outcome               text,

    CONSTRAINT mail_kind_is_a_word CHECK (kind ~ '^[A-Z][A-Za-z0-9]{0,63}$'),
    CONSTRAINT mail_goes_to_somebody CHECK (account_id IS NOT NULL OR recipient IS NOT NULL),
    CONSTRAINT mail_recipient_is_an_address CHECK (
        recipient ~ '^[^@[:cntrl:][:space:]]+@[^@[:cntrl:][:space:]]+$' AND length(recipient) <= 256),
    CONSTRAINT mail_parameters_are_an_object CHECK (jsonb_typeof(parameters) = 'object'),
    CONSTRAINT mail_that_is_done_has_an_outcome CHECK (
        (done_at IS NULL AND outcome IS NULL)
        OR (done_at IS NOT NULL AND outcome IN (
            'sent', 'refused', 'expired', 'outdated', 'no_account', 'over_budget', 'unreadable')))
) WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02);

CREATE INDEX mail_outbox_waiting ON mail_outbox (next_try_at) WHERE done_at IS NULL;
CREATE INDEX mail_outbox_expires_at ON mail_outbox (expires_at);
CREATE INDEX mail_outbox_recipient ON mail_outbox (normalized_recipient, made_at) WHERE counted;
CREATE INDEX mail_outbox_account ON mail_outbox (account_id, made_at) WHERE counted;

-- What a mailed link is good for, once. A link to an account ends with the account's security stamp, so with every
-- change of the password, and with the address that it was sent to.
CREATE TABLE account_tokens (
    hash                bytea       PRIMARY KEY,  -- SHA-256 of the token in the link
    kind                text        NOT NULL,
    account_id          uuid        REFERENCES accounts (id) ON DELETE CASCADE,  -- NULL when there is none yet
    security_stamp      text,
    address             text        NOT NULL,     -- that it was sent to
    normalized_address  text        NOT NULL,
    made_at             timestamptz NOT NULL DEFAULT now(),
    expires_at          timestamptz NOT NULL,
    used_at             timestamptz,

    CONSTRAINT account_token_is_a_sha256 CHECK (length(hash) = 32),
    CONSTRAINT account_token_kind_is_known
        CHECK (kind IN ('reset', 'invitation', 'registration', 'confirmation', 'new_address')),
    CONSTRAINT account_token_of_an_account_has_its_stamp CHECK ((account_id IS NULL) = (security_stamp IS NULL)),
    CONSTRAINT account_token_without_account_registers CHECK (account_id IS NOT NULL OR kind = 'registration'),
    CONSTRAINT account_token_lives_a_day_at_most CHECK (expires_at <= made_at + interval '24 hours'),
    CONSTRAINT account_token_for_a_reset_lives_an_hour_at_most
        CHECK (kind <> 'reset' OR expires_at <= made_at + interval '1 hour')
);

CREATE INDEX account_tokens_expires_at ON account_tokens (expires_at);
CREATE INDEX account_tokens_account_id ON account_tokens (account_id);
