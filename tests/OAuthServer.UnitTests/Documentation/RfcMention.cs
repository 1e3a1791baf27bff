using System.Text.RegularExpressions;

namespace OAuthServer.UnitTests.Documentation;

/// <summary>A section of an RFC: <c>§4.1.2</c>, <c>Appendix B</c>, or empty for the RFC as a whole.</summary>
internal readonly partial record struct RfcMention(int Rfc, string Section)
{
    private const string Appendix = "Appendix ";

    // The number of a section, or the letter of an appendix and what is below it.
    private const string One = @"(?<section>(?:\d+|[A-Z]\b)(?:\.\d+)*)";

    /// <summary>A key by which sections sort as in the RFC, with appendices behind them.</summary>
    public string Order
    {
        get
        {
            var isAppendix = Section.StartsWith(Appendix, StringComparison.Ordinal);
            var parts = (isAppendix ? Section[Appendix.Length..] : Section.TrimStart('§')).Split('.');
            return (isAppendix ? "2." : "1.") + string.Join('.', parts.Select(part => part.PadLeft(3, '0')));
        }
    }

    /// <summary>
    /// Every mention in a source text: <c>RFC 6749 §4.1.2.1, §5.2</c>, <c>RFC 8252 sections 7.1, 7.3</c>,
    /// <c>RFC 6749 Appendix B</c>. A comment goes on in the next line.
    /// </summary>
    public static IEnumerable<RfcMention> InText(string text) =>
        InTextPattern().Matches(LineBreak().Replace(text, " ")).SelectMany(Sections);

    /// <summary>
    /// Every mention in the source column of the conformance list: <c>6749 §3.1, App. B; 8414 §2</c>. Other
    /// specifications are passed over.
    /// </summary>
    public static IEnumerable<RfcMention> InRow(string source) =>
        source.Split(';').Select(part => InRowPattern().Match(part))
            .Where(match => match.Success).SelectMany(Sections);

    private static IEnumerable<RfcMention> Sections(Match match)
    {
        var rfc = int.Parse(match.Groups["rfc"].ValueSpan, System.Globalization.CultureInfo.InvariantCulture);
        var sections = match.Groups["section"].Captures;
        if (sections.Count == 0) return [new(rfc, "")];
        return sections.Select(section => new RfcMention(rfc, Prefix(section.Value) + section.Value));
    }

    private static string Prefix(string section) => char.IsLetter(section[0]) ? Appendix : "§";

    [GeneratedRegex(@"\s*\n\s*(?:///|//|--)?\s*")]
    private static partial Regex LineBreak();

    [GeneratedRegex(
        @"\bRFC (?<rfc>\d{3,5})\b(?:,? (?:and )?(?:§|[Ss]ection |Appendix )" + One + ")*"
        + "(?: (?:[Ss]ections|Appendices) " + One + "(?:, " + One + ")*)?")]
    private static partial Regex InTextPattern();

    [GeneratedRegex(@"^\s*(?<rfc>\d{3,5})\b(?:,? (?:§|App\. )" + One + ")*")]
    private static partial Regex InRowPattern();
}
