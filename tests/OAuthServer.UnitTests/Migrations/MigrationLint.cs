using System.Text.RegularExpressions;
using OAuthServer.Testing;

namespace OAuthServer.UnitTests.Migrations;

/// <summary>
/// What a migration must not do to tables that are in use: rewrite them, lock them for long, or take away what the previous
/// version still asks for. Tables that the file itself makes are free of all this. A statement that is not known is refused,
/// so that somebody thinks about it once.
/// </summary>
internal sealed partial class MigrationLint
{
    /// <summary>A line that permits to take something away, with the reason: that no supported version asks for it any more.</summary>
    public const string ContractMark = "-- contract: ";

    private const RegexOptions Sql = RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.Singleline;

    // They hold tens of rows, and every lock on them is over at once.
    private static readonly string[] Small = ["oauth_clients", "oauth_signing_keys", "data_protection_keys"];

    // Evaluated once for the whole statement, so that the column needs no rewrite of the table.
    private static readonly string[] NotVolatile = ["now", "coalesce", "lower", "upper", "array", "make_interval"];

    private readonly string[] _lines;
    private readonly IReadOnlyList<string> _statements;
    private readonly HashSet<string> _own;
    private readonly AlterTableLint _alterations;

    private MigrationLint(string sql, IEnumerable<string> before)
    {
        _lines = sql.Split('\n');
        _statements = SqlText.Statements(sql);
        _own = [.. _statements.Select(statement => CreateTable().Match(statement)).Where(match => match.Success).Select(match => match.Groups["table"].Value)];
        HashSet<string> added = [.. _statements.SelectMany(statement => AddConstraint().Matches(statement)).Select(match => match.Groups["name"].Value)];
        _alterations = new AlterTableLint(before, IsContract, added, IsVolatile);
    }

    private bool IsOutside => _lines[0] == "-- migrate: outside a transaction";

    private bool IsContract => Array.Exists(_lines, line => line.StartsWith(ContractMark, StringComparison.Ordinal) && line.Length > ContractMark.Length + 10);

    /// <summary>Every fault of a file, each with the statement's beginning.</summary>
    /// <param name="sql">The file.</param>
    /// <param name="before">The files that run before it, in order.</param>
    public static IReadOnlyList<string> Faults(string sql, params IEnumerable<string> before)
    {
        var lint = new MigrationLint(sql, before);
        return [.. lint._statements.SelectMany(statement => lint.FaultsOf(Regex.Replace(statement, @"\s+", " ")).Select(fault => $"{fault}: {statement.Split('\n')[0]}"))];
    }

    /// <summary>True when a default has to be worked out row by row.</summary>
    public static bool IsVolatile(string expression) =>
        Call().Matches(Quoted().Replace(expression, "''")).Any(call => !NotVolatile.Contains(call.Groups["name"].Value.ToLowerInvariant()));

    private IEnumerable<string> FaultsOf(string statement)
    {
        if (IsOutside) return Repeatable().IsMatch(statement) ? [] : ["Outside a transaction a statement must bear to be repeated: CREATE INDEX CONCURRENTLY IF NOT EXISTS, DROP INDEX CONCURRENTLY IF EXISTS or VALIDATE CONSTRAINT"];
        if (statement.Contains("CONCURRENTLY", StringComparison.OrdinalIgnoreCase)) return ["CONCURRENTLY needs the first line -- migrate: outside a transaction"];
        if (CreateIndex().Match(statement) is { Success: true } index) return IsFree(index) ? [] : ["An index on a table in use is created CONCURRENTLY"];
        if (AlterTable().Match(statement) is { Success: true } alter)
            return _own.Contains(alter.Groups["table"].Value) ? [] : _alterations.Faults(alter.Groups["actions"].Value, Small.Contains(alter.Groups["table"].Value));
        if (Change().Match(statement) is { Success: true } change) return IsFree(change) ? [] : ["Rows of a table in use are changed in batches by a program, not in one statement"];
        if (TakeAway().IsMatch(statement)) return IsContract ? [] : [$"Taking something away needs a line {ContractMark}REASON"];
        if (DropIndex().IsMatch(statement)) return ["An index is dropped CONCURRENTLY"];
        return Harmless().IsMatch(statement) ? [] : ["Not known to be harmless; teach MigrationLint if it is"];
    }

    private bool IsFree(Match match) => _own.Contains(match.Groups["table"].Value) || Small.Contains(match.Groups["table"].Value);

    [GeneratedRegex(@"^CREATE TABLE (IF NOT EXISTS )?(?<table>\w+)", Sql)]
    private static partial Regex CreateTable();

    [GeneratedRegex(@"\bADD\s+CONSTRAINT\s+(?<name>\w+)", Sql)]
    private static partial Regex AddConstraint();

    [GeneratedRegex(@"^CREATE (UNIQUE )?INDEX .*?\bON (ONLY )?(?<table>\w+)", Sql)]
    private static partial Regex CreateIndex();

    [GeneratedRegex(@"^ALTER TABLE (IF EXISTS )?(ONLY )?(?<table>\w+) (?<actions>.*)$", Sql)]
    private static partial Regex AlterTable();

    [GeneratedRegex(@"^(UPDATE|DELETE FROM) (ONLY )?(?<table>\w+)", Sql)]
    private static partial Regex Change();

    [GeneratedRegex(@"^(DROP (TABLE|COLUMN|FUNCTION|TYPE|VIEW|TRIGGER|SEQUENCE)|ALTER (FUNCTION|TYPE|VIEW|SEQUENCE|INDEX) .* RENAME)\b", Sql)]
    private static partial Regex TakeAway();

    [GeneratedRegex(@"^DROP INDEX\b", Sql)]
    private static partial Regex DropIndex();

    [GeneratedRegex(@"^(CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS|CREATE INDEX CONCURRENTLY IF NOT EXISTS|DROP INDEX CONCURRENTLY IF EXISTS|ALTER TABLE \w+ VALIDATE CONSTRAINT) ", Sql)]
    private static partial Regex Repeatable();

    [GeneratedRegex(@"^(CREATE (TABLE|(OR REPLACE )?FUNCTION|(OR REPLACE )?TRIGGER|TYPE|SEQUENCE|(OR REPLACE )?VIEW|EXTENSION|STATISTICS)|COMMENT ON|INSERT INTO|GRANT|REVOKE) ", Sql)]
    private static partial Regex Harmless();

    [GeneratedRegex(@"(?<name>\w+)\s*\(", Sql)]
    private static partial Regex Call();

    [GeneratedRegex("'[^']*'", Sql)]
    private static partial Regex Quoted();
}
