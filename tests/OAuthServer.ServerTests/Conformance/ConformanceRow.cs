namespace OAuthServer.ServerTests.Conformance;

/// <summary>One row of the conformance list, as <c>rows.tsv</c> has it.</summary>
/// <param name="Id">Such as <c>AUTHZ-06</c>.</param>
/// <param name="Stage">1 is the core; 2 and 3 are later capabilities.</param>
/// <param name="Level">M for MUST, S for SHOULD, P for a decision of the product.</param>
/// <param name="Source">RFC numbers and sections, or the name of another specification.</param>
/// <param name="Requirement">In our own words.</param>
internal sealed record ConformanceRow(string Id, int Stage, char Level, string Source, string Requirement)
{
    private const int Columns = 5;

    /// <summary>Every row, in the order of the list.</summary>
    public static IReadOnlyList<ConformanceRow> ReadAll()
    {
        using var resource = typeof(ConformanceRow).Assembly.GetManifestResourceStream("rows.tsv")
            ?? throw new InvalidOperationException("rows.tsv is not embedded.");
        using var reader = new StreamReader(resource);
        return [.. reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(Parse)];
    }

    private static ConformanceRow Parse(string line) =>
        line.TrimEnd('\r').Split('\t') is { Length: Columns } columns
            ? new(
                columns[0],
                int.Parse(columns[1], System.Globalization.CultureInfo.InvariantCulture),
                columns[2].Single(),
                columns[3],
                columns[4])
            : throw new FormatException($"rows.tsv: {line}");
}
