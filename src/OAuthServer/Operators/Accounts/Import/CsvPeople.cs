using System.Text;
using Microsoft.VisualBasic.FileIO;

namespace OAuthServer.Operators.Accounts.Import;

/// <summary>People in CSV (RFC 4180): a header of names, then a line for each; UTF-8.</summary>
internal static class CsvPeople
{
    /// <exception cref="ImportFormatException">It has no header, or names that there are not.</exception>
    public static IEnumerable<ImportedPerson> Read(Stream file, PersonReader reader)
    {
        using var text = new StreamReader(file, new UTF8Encoding(false, throwOnInvalidBytes: true));
        using var csv = new TextFieldParser(text) { TextFieldType = FieldType.Delimited, TrimWhiteSpace = false };
        csv.SetDelimiters(",");
        var names = Fields(csv, out _) ?? throw new ImportFormatException("The file is empty.");
        names = [.. names.Select(name => name.Trim())];
        if (reader.Unknown(names) is { } fault) throw new ImportFormatException($"The first line: {fault}");
        if (!names.Contains("email")) throw new ImportFormatException("The first line has no email.");
        while (!csv.EndOfData)
        {
            var line = csv.LineNumber;
            var fields = Fields(csv, out var broken);
            var place = $"line {(fields is null ? broken : line)}";
            yield return fields is null
                ? PersonReader.Refused(place, "it is no CSV: a quote is not closed, or closed early")
                : Read(place, names, fields, reader);
        }
    }

    private static ImportedPerson Read(string place, string[] names, string[] fields, PersonReader reader) =>
        fields.Length == names.Length
            ? reader.Read(place, names.Zip(fields).ToDictionary(pair => pair.First, pair => pair.Second))
            : PersonReader.Refused(place, $"it has {fields.Length} fields, the first line {names.Length}");

    // Null for a line that is none; its number then.
    private static string[]? Fields(TextFieldParser csv, out long broken)
    {
        broken = 0;
        try
        {
            return csv.ReadFields();
        }
        catch (MalformedLineException malformed)
        {
            broken = malformed.LineNumber;
            return null;
        }
    }
}

/// <summary>The file as a whole cannot be read.</summary>
internal sealed class ImportFormatException(string message) : Exception(message);
