using System.Text.RegularExpressions;
using OAuthServer.Testing;

namespace OAuthServer.UnitTests.Migrations;

/// <summary>The part of <see cref="MigrationLint"/> that judges what ALTER TABLE does to a table in use, action by action.</summary>
/// <param name="before">The files that run before this one.</param>
/// <param name="isContract">The file may take things away.</param>
/// <param name="added">The constraints that the file adds: one that is dropped and added again is changed, not taken away.</param>
/// <param name="isVolatile">Whether a default has to be worked out row by row.</param>
internal sealed partial class AlterTableLint(IEnumerable<string> before, bool isContract, IReadOnlyCollection<string> added, Func<string, bool> isVolatile)
{
    private const RegexOptions Sql = RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.Singleline;

    /// <param name="actions">What follows the table's name.</param>
    /// <param name="small">Reading or rewriting the whole table takes no time.</param>
    public IEnumerable<string> Faults(string actions, bool small) => SqlText.Parts(actions, ',').SelectMany(action => FaultsOf(action, small));

    private IEnumerable<string> FaultsOf(string action, bool small)
    {
        if (Harmless().IsMatch(action)) return [];
        if (DropsConstraint().Match(action) is { Success: true } dropped && added.Contains(dropped.Groups["name"].Value)) return [];
        if (Renames().IsMatch(action) || Drops().IsMatch(action)) return isContract ? [] : [$"Taking something away needs a line {MigrationLint.ContractMark}REASON"];
        if (NotNull().Match(action) is { Success: true } notNull) return small || IsProven(notNull.Groups["column"].Value) ? [] : ["SET NOT NULL reads the whole table, unless an earlier file has validated CHECK (column IS NOT NULL)"];
        if (Constraint().IsMatch(action)) return small || Deferred().IsMatch(action) ? [] : ["A constraint on a table in use is added NOT VALID (and validated by a later file), or USING INDEX"];
        if (Validates().IsMatch(action)) return small ? [] : ["VALIDATE CONSTRAINT runs outside a transaction, or it keeps its locks while it reads the whole table"];
        return Column().IsMatch(action) ? ColumnFaults(action) : ["It rewrites or locks a table in use, or is not known; teach AlterTableLint if it is harmless"];
    }

    private IEnumerable<string> ColumnFaults(string action)
    {
        if (Generated().IsMatch(action)) yield return "A generated, serial or identity column rewrites the table";
        if (Constrained().IsMatch(action)) yield return "A column with a constraint of its own locks the table while that is checked";
        var given = Default().Match(action);
        if (given.Success && isVolatile(given.Groups["value"].Value)) yield return "A volatile default rewrites the table";
        if (NotNullWord().IsMatch(action) && !given.Success) yield return "A column NOT NULL without a default fails, and the previous version does not fill it";
    }

    // CHECK (column IS NOT NULL), and its validation, in files before this one.
    private bool IsProven(string column) => before.SelectMany(SqlText.Statements).Select(statement => NotNullCheck().Match(statement))
        .Where(check => check.Success && check.Groups["column"].Value == column)
        .Any(check => before.SelectMany(SqlText.Statements).Any(statement => Regex.IsMatch(statement, $@"VALIDATE\s+CONSTRAINT\s+{Regex.Escape(check.Groups["name"].Value)}\b", Sql)));

    [GeneratedRegex(@"^(SET \(|RESET \(|ALTER (COLUMN )?\w+ (SET DEFAULT|DROP DEFAULT|DROP NOT NULL|SET STATISTICS|SET \()|ENABLE TRIGGER|OWNER TO)", Sql)]
    private static partial Regex Harmless();

    [GeneratedRegex(@"^RENAME\b", Sql)]
    private static partial Regex Renames();

    [GeneratedRegex(@"^DROP CONSTRAINT (IF EXISTS )?(?<name>\w+)", Sql)]
    private static partial Regex DropsConstraint();

    [GeneratedRegex(@"^(DROP (COLUMN|CONSTRAINT|\w+)|DISABLE TRIGGER)\b", Sql)]
    private static partial Regex Drops();

    [GeneratedRegex(@"^ALTER (COLUMN )?(?<column>\w+) SET NOT NULL", Sql)]
    private static partial Regex NotNull();

    [GeneratedRegex(@"^ADD (CONSTRAINT|CHECK|UNIQUE|PRIMARY KEY|FOREIGN KEY|EXCLUDE)\b", Sql)]
    private static partial Regex Constraint();

    [GeneratedRegex(@"( NOT VALID$| USING INDEX )", Sql)]
    private static partial Regex Deferred();

    [GeneratedRegex(@"^VALIDATE CONSTRAINT ", Sql)]
    private static partial Regex Validates();

    [GeneratedRegex(@"^ADD (COLUMN )?(IF NOT EXISTS )?\w+ ", Sql)]
    private static partial Regex Column();

    [GeneratedRegex(@"\bGENERATED\b|\b(small|big)?serial\b", Sql)]
    private static partial Regex Generated();

    [GeneratedRegex(@"\bUNIQUE\b|\bPRIMARY KEY\b|\bREFERENCES\b|\bCHECK\b", Sql)]
    private static partial Regex Constrained();

    [GeneratedRegex(@"\bDEFAULT (?<value>.*?)(?= NOT NULL| NULL| CONSTRAINT|$)", Sql)]
    private static partial Regex Default();

    [GeneratedRegex(@"\bNOT NULL\b", Sql)]
    private static partial Regex NotNullWord();

    [GeneratedRegex(@"ADD\s+CONSTRAINT\s+(?<name>\w+)\s+CHECK\s*\(\s*(?<column>\w+)\s+IS\s+NOT\s+NULL\s*\)", Sql)]
    private static partial Regex NotNullCheck();
}
