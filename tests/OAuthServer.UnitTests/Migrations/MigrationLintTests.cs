using OAuthServer.Operators.Doctor;

namespace OAuthServer.UnitTests.Migrations;

/// <summary>What the lint of migrations lets pass and what it refuses.</summary>
public sealed class MigrationLintTests
{
    private const string Outside = "-- migrate: outside a transaction\n";
    private const string Contract = "-- contract: version 3 was the last that asked for it\n";

    [Theory]
    [InlineData("CREATE TABLE things (id uuid PRIMARY KEY, at timestamptz NOT NULL DEFAULT now(), UNIQUE (at)); CREATE INDEX things_at ON things (at); ALTER TABLE things ALTER COLUMN at TYPE text;")]
    [InlineData("ALTER TABLE oauth_refresh_tokens ADD COLUMN note text;")]
    [InlineData("ALTER TABLE oauth_refresh_tokens ADD COLUMN a text, ADD COLUMN b boolean NOT NULL DEFAULT false, ADD c text[] NOT NULL DEFAULT '{}';")]
    [InlineData("ALTER TABLE oauth_refresh_tokens ADD COLUMN seen_at timestamptz NOT NULL DEFAULT now();")]
    [InlineData("ALTER TABLE accounts ADD COLUMN motto text NOT NULL DEFAULT 'gen_random_uuid(), they say';")]
    [InlineData("ALTER TABLE oauth_refresh_tokens ALTER COLUMN note SET DEFAULT random();")]
    [InlineData("ALTER TABLE oauth_refresh_tokens SET (fillfactor = 85);")]
    [InlineData("ALTER TABLE oauth_refresh_tokens ADD CONSTRAINT note_is_short CHECK (length(note) < 100) NOT VALID;")]
    [InlineData("ALTER TABLE oauth_refresh_tokens ADD CONSTRAINT one_note UNIQUE USING INDEX oauth_refresh_tokens_note;")]
    [InlineData("ALTER TABLE oauth_clients DROP CONSTRAINT grant_types_are_supported, ADD CONSTRAINT grant_types_are_supported CHECK (cardinality(grant_types) > 0);")]
    [InlineData("CREATE INDEX oauth_clients_name ON oauth_clients (client_name); UPDATE oauth_clients SET scopes = scopes; ALTER TABLE oauth_clients ALTER COLUMN scopes SET NOT NULL;")]
    [InlineData("CREATE OR REPLACE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $body$ BEGIN UPDATE accounts SET id = id; DROP TABLE accounts; END; $body$;")]
    [InlineData("COMMENT ON TABLE accounts IS 'DROP TABLE accounts; never'; -- ALTER TABLE accounts RENAME TO people;")]
    [InlineData(Outside + "CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS oauth_refresh_tokens_note ON oauth_refresh_tokens (note); DROP INDEX CONCURRENTLY IF EXISTS oauth_refresh_tokens_old;")]
    [InlineData(Outside + "ALTER TABLE oauth_refresh_tokens VALIDATE CONSTRAINT note_is_short;")]
    [InlineData(Contract + "ALTER TABLE oauth_refresh_tokens DROP COLUMN note;")]
    [InlineData(Contract + "DROP TABLE old_things;")]
    public void What_does_no_harm_passes(string sql) => Assert.Empty(MigrationLint.Faults(sql));

    [Theory]
    [InlineData("CREATE INDEX oauth_refresh_tokens_note ON oauth_refresh_tokens (note);", "CONCURRENTLY")]
    [InlineData("CREATE UNIQUE INDEX ON accounts\n (email);", "CONCURRENTLY")]
    [InlineData("CREATE INDEX CONCURRENTLY IF NOT EXISTS a ON accounts (email);", "first line")]
    [InlineData("DROP INDEX oauth_refresh_tokens_family;", "CONCURRENTLY")]
    [InlineData(Outside + "CREATE INDEX CONCURRENTLY a ON accounts (email);", "repeated")]
    [InlineData(Outside + "CREATE INDEX IF NOT EXISTS a ON accounts (email);", "repeated")]
    [InlineData(Outside + "ALTER TABLE accounts ADD COLUMN a text;", "repeated")]
    [InlineData("ALTER TABLE oauth_refresh_tokens ALTER COLUMN scope TYPE varchar(10);", "rewrites")]
    [InlineData("ALTER TABLE oauth_refresh_tokens ALTER scope SET DATA TYPE varchar(10);", "rewrites")]
    [InlineData("ALTER TABLE oauth_refresh_tokens SET TABLESPACE fast;", "rewrites")]
    [InlineData("ALTER TABLE oauth_refresh_tokens SET UNLOGGED;", "rewrites")]
    [InlineData("ALTER TABLE oauth_refresh_tokens ADD COLUMN a int, ADD COLUMN id uuid DEFAULT gen_random_uuid();", "volatile")]
    [InlineData("ALTER TABLE oauth_refresh_tokens ADD COLUMN at timestamptz DEFAULT clock_timestamp() NOT NULL;", "volatile")]
    [InlineData("ALTER TABLE oauth_refresh_tokens ADD COLUMN id bigint GENERATED ALWAYS AS IDENTITY;", "generated")]
    [InlineData("ALTER TABLE oauth_refresh_tokens ADD COLUMN id bigserial;", "generated")]
    [InlineData("ALTER TABLE oauth_refresh_tokens ADD COLUMN note text UNIQUE;", "constraint of its own")]
    [InlineData("ALTER TABLE oauth_refresh_tokens ADD COLUMN note text CHECK (note <> '');", "constraint of its own")]
    [InlineData("ALTER TABLE oauth_refresh_tokens ADD COLUMN note text NOT NULL;", "without a default")]
    [InlineData("ALTER TABLE oauth_clients ADD COLUMN note text NOT NULL;", "without a default")]
    [InlineData("ALTER TABLE oauth_refresh_tokens ALTER COLUMN note SET NOT NULL;", "CHECK")]
    [InlineData("ALTER TABLE oauth_refresh_tokens ADD CONSTRAINT short CHECK (length(note) < 100);", "NOT VALID")]
    [InlineData("ALTER TABLE oauth_refresh_tokens ADD CONSTRAINT f FOREIGN KEY (user_id) REFERENCES accounts (id);", "NOT VALID")]
    [InlineData("ALTER TABLE oauth_refresh_tokens ADD CONSTRAINT u UNIQUE (note);", "NOT VALID")]
    [InlineData("ALTER TABLE oauth_refresh_tokens VALIDATE CONSTRAINT short;", "outside a transaction")]
    [InlineData("ALTER TABLE oauth_refresh_tokens DROP COLUMN note;", "contract")]
    [InlineData("ALTER TABLE oauth_refresh_tokens DROP note;", "contract")]
    [InlineData("-- contract: \nALTER TABLE oauth_refresh_tokens DROP COLUMN note;", "contract")]
    [InlineData("ALTER TABLE oauth_refresh_tokens RENAME COLUMN scope TO scopes;", "contract")]
    [InlineData("ALTER TABLE oauth_refresh_tokens RENAME TO tokens;", "contract")]
    [InlineData("ALTER TABLE oauth_clients DROP CONSTRAINT grant_types_are_supported;", "contract")]
    [InlineData("DROP TABLE oauth_consents;", "contract")]
    [InlineData("DROP FUNCTION oauth_every(text[], text);", "contract")]
    [InlineData("UPDATE oauth_refresh_tokens SET scope = 'read';", "batches")]
    [InlineData("DELETE FROM oauth_audit_events;", "batches")]
    [InlineData("TRUNCATE oauth_audit_events;", "Not known")]
    [InlineData("VACUUM FULL accounts;", "Not known")]
    [InlineData("LOCK TABLE accounts;", "Not known")]
    [InlineData("BEGIN; COMMENT ON TABLE accounts IS 'people'; COMMIT;", "Not known")]
    [InlineData("DO $$ BEGIN DELETE FROM accounts; END $$;", "Not known")]
    public void What_does_harm_is_refused_with_the_reason(string sql, string reason) =>
        Assert.Contains(MigrationLint.Faults(sql), fault => fault.Contains(reason, StringComparison.OrdinalIgnoreCase));

    [Fact]
    public void A_column_becomes_NOT_NULL_once_an_earlier_file_has_validated_a_check_of_it()
    {
        const string Add = "ALTER TABLE accounts ADD CONSTRAINT motto_is_there CHECK (motto IS NOT NULL) NOT VALID;";
        const string Validate = Outside + "ALTER TABLE accounts VALIDATE CONSTRAINT motto_is_there;";
        const string Set = "ALTER TABLE accounts ALTER COLUMN motto SET NOT NULL;";
        Assert.Empty(MigrationLint.Faults(Set, Add, Validate));
        Assert.NotEmpty(MigrationLint.Faults(Set, Add));
        Assert.NotEmpty(MigrationLint.Faults(Set, Validate));
        Assert.NotEmpty(MigrationLint.Faults("ALTER TABLE accounts ALTER COLUMN email SET NOT NULL;", Add, Validate));
    }
}
