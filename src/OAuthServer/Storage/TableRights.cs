using System.Text.RegularExpressions;
using OAuthServer.Storage.Schema;

namespace OAuthServer.Storage;

/// <summary>What the server's role has to be allowed to do, table by table.</summary>
internal static partial class TableRights
{
    private static readonly string[] Everything = ["SELECT", "INSERT", "UPDATE", "DELETE"];

    // What the server never does to these, so nobody has to grant it. Rows that are swept are locked first, which takes UPDATE.
    private static readonly Dictionary<string, string[]> Less = new(StringComparer.Ordinal)
    {
        ["oauth_clients"] = ["SELECT"],
        ["oauth_audit_seals"] = ["SELECT", "INSERT"],
        ["oauth_signing_keys"] = ["SELECT", "INSERT", "UPDATE"],
        [SchemaJournal.Table] = ["SELECT"],
    };

    /// <summary>The rights on every table that the migrations make, so that a new table is never forgotten.</summary>
    public static IReadOnlyList<TableRight> Wanted() =>
    [
        .. MigrationScript.Embedded().SelectMany(script => CreateTable().Matches(script.Sql)).Select(made => made.Groups[1].Value).Append(SchemaJournal.Table)
            .Distinct(StringComparer.Ordinal).SelectMany(table => Less.GetValueOrDefault(table, Everything).Select(right => new TableRight(table, right))),
    ];

    [GeneratedRegex(@"^CREATE TABLE (?:IF NOT EXISTS )?(\w+)", RegexOptions.Multiline)]
    private static partial Regex CreateTable();
}
