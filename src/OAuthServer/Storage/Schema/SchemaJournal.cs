using System.Data;
using DbUp.Engine;
using DbUp.Engine.Output;
using DbUp.Engine.Transactions;
using DbUp.Postgresql;

namespace OAuthServer.Storage.Schema;

/// <summary>DbUp's journal as the table <c>schema_versions</c>: each script once, with the time of the database's clock.</summary>
internal sealed class SchemaJournal(Func<IConnectionManager> connections, Func<IUpgradeLog> log)
    : PostgresqlTableJournal(connections, log, schema: null, Table)
{
    public const string Table = "schema_versions";

    /// <summary>Whether the journal is there, seen as every statement sees it: by the search path.</summary>
    public const string ExistsSql = $"SELECT CASE WHEN to_regclass('{Table}') IS NULL THEN 0 ELSE 1 END";

    public const string NamesSql = $"SELECT script_name FROM {Table} ORDER BY script_name";

    public const string CreateSql = $"CREATE TABLE {Table} (script_name text PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now())";

    /// <param name="name">A literal or a parameter.</param>
    public static string InsertSql(string name) => $"INSERT INTO {Table} (script_name) VALUES ({name})";

    protected override string DoesTableExistSql() => ExistsSql;

    protected override string GetJournalEntriesSql() => NamesSql;

    protected override string CreateSchemaTableSql(string quotedPrimaryKeyName) => CreateSql;

    protected override string GetInsertJournalEntrySql(string scriptName, string applied) => InsertSql(scriptName);

    // DbUp would add this machine's local time; the column's default is the database's.
    protected override IDbCommand GetInsertScriptCommand(Func<IDbCommand> dbCommandFactory, SqlScript script)
    {
        var command = dbCommandFactory();
        var name = command.CreateParameter();
        name.ParameterName = "name";
        name.Value = script.Name;
        command.Parameters.Add(name);
        command.CommandText = GetInsertJournalEntrySql("@name", "");
        return command;
    }
}
