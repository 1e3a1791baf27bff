using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace OAuthServer.Storage.Schema;

/// <summary>A right that migrating takes and the role does not have.</summary>
/// <param name="Role">Who we are to the database.</param>
/// <param name="Right">As in <c>CREATE</c>; <c>OWNERSHIP</c> for what only an owner may do.</param>
/// <param name="Target">What it is a right on, as SQL names it.</param>
/// <param name="Owner">Who may grant it; null when nobody is known.</param>
internal sealed record MissingRight(string Role, string Right, string Target, string? Owner)
{
    public override string ToString() => $"{Right} on {Target}";

    /// <summary>What gives all of them.</summary>
    public static string Remedies(IEnumerable<MissingRight> lacking) =>
        string.Join(' ', lacking.Select(right => right.Remedy).Distinct(StringComparer.Ordinal));

    private string Remedy => this switch
    {
        { Owner: null } => $"GRANT USAGE, CREATE ON SCHEMA …, and let {Role} have that schema in its search_path.",
        { Right: "OWNERSHIP" } => $"GRANT {Owner} TO {Role}; (or make {Role} the owner)",
        _ => $"GRANT {Right} ON {Target} TO {Role};",
    };
}

/// <summary>
/// What the role lacks to run migrations: they make tables in the first schema of the search path, change tables of
/// ours, which only their owner may, and keep the journal. No extension is needed, and nothing of the database itself.
/// </summary>
internal sealed class MigrationRights(IDbContextFactory<OAuthDbContext> contexts)
{
    /// <summary>Empty when the role may migrate. Throws when the database does not answer.</summary>
    public async Task<IReadOnlyList<MissingRight>> LackingAsync(CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        string[] tables =
        [
            .. db.Model.GetEntityTypes().Select(entity => entity.GetTableName()).OfType<string>()
                .Where(table => table != AppliedScript.Table).Distinct(StringComparer.Ordinal),
        ];
        // PostgreSQL demands CREATE on the schema for CREATE TABLE IF NOT EXISTS, whether the table exists or not. A
        // schema that the role may not use is none for it: without another one current_schema() is NULL.
        return await db.AllAsync<MissingRight>($"""
            SELECT quote_ident(current_user) AS role, "right", target, quote_ident(owner) AS owner
            FROM (SELECT 1 AS place, 'CREATE' AS "right", format('SCHEMA %I', nspname) AS target,
                         pg_get_userbyid(nspowner) AS owner
                  FROM pg_namespace
                  WHERE nspname = current_schema() AND NOT has_schema_privilege(oid, 'CREATE')
                  UNION ALL
                  SELECT 1, 'USAGE', 'a schema of its search_path', NULL WHERE current_schema() IS NULL
                  UNION ALL
                  SELECT 2, 'CREATE', format('TABLESPACE %I', spcname), pg_get_userbyid(spcowner)
                  FROM pg_tablespace
                  WHERE spcname = current_setting('default_tablespace') AND NOT has_tablespace_privilege(oid, 'CREATE')
                    AND oid <> (SELECT dattablespace FROM pg_database WHERE datname = current_database())
                  UNION ALL
                  SELECT 3, 'OWNERSHIP', format('TABLE %s', oid::regclass), pg_get_userbyid(relowner)
                  FROM pg_class
                  WHERE oid IN (SELECT to_regclass(name) FROM unnest({tables}) AS ours (name))
                    AND NOT pg_has_role(relowner, 'USAGE')
                  UNION ALL
                  SELECT 4, privilege, format('TABLE %s', oid::regclass), pg_get_userbyid(relowner)
                  FROM pg_class, unnest(ARRAY['SELECT', 'INSERT']) AS wanted (privilege)
                  WHERE oid = to_regclass({AppliedScript.Table}) AND NOT has_table_privilege(oid, privilege)
                 ) AS lacking
            ORDER BY place, target, "right"
            """, ct);
    }
}

/// <summary>Maps what the statement answers with.</summary>
internal sealed class MissingRightRow : IEntityTypeConfiguration<MissingRight>
{
    public void Configure(EntityTypeBuilder<MissingRight> builder) => builder.HasNoKey().ToView(null);
}
