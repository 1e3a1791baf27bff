using System.Globalization;
using System.Text.Json;

namespace OAuthServer.Storage.Foreign;

/// <summary>
/// A row of a table, or an object of a file, that another server wrote. Names are compared without capitals and
/// underscores, since some write <c>ClientId</c> and others <c>client_id</c>.
/// </summary>
internal sealed class ForeignRow
{
    private readonly Dictionary<string, JsonElement> _members = new(StringComparer.Ordinal);

    /// <param name="row">A JSON object.</param>
    public ForeignRow(JsonElement row)
    {
        foreach (var member in row.EnumerateObject()) _members[Bare(member.Name)] = member.Value;
    }

    /// <summary>A name as names are compared.</summary>
    public static string Bare(string name) => name.Replace("_", "", StringComparison.Ordinal).ToLowerInvariant();

    /// <summary>A text, or a number as text; null for none.</summary>
    public string? Text(string name) => Find(name) switch
    {
        { ValueKind: JsonValueKind.String } text => text.GetString(),
        { ValueKind: JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False } other => other.GetRawText(),
        _ => null,
    };

    /// <summary>The same, where none is an empty one.</summary>
    public string TextOrEmpty(string name) => Text(name) ?? "";

    /// <summary>A text that is not empty; null for none.</summary>
    public string? Filled(string name) => Text(name)?.Trim() is { Length: > 0 } text ? text : null;

    /// <summary>True for true, in whatever form it is written.</summary>
    public bool Flag(string name, bool otherwise = false) => Text(name) switch
    {
        { } text when text.Equals("true", StringComparison.OrdinalIgnoreCase) || text == "1" => true,
        null => otherwise,
        _ => false,
    };

    /// <summary>A whole number; null for none.</summary>
    public long? Number(string name) =>
        long.TryParse(Text(name), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : null;

    /// <summary>A moment; without a zone it is one of UTC, as .NET stores it.</summary>
    public DateTimeOffset? Moment(string name) =>
        DateTimeOffset.TryParse(
            Text(name), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var moment)
            ? moment.ToUniversalTime()
            : null;

    /// <summary>The texts of a list: JSON, or JSON that stands in a text.</summary>
    public IReadOnlyList<string> Texts(string name) =>
        [.. Items(name).Where(item => item.ValueKind == JsonValueKind.String).Select(item => item.GetString()!)];

    /// <summary>The first of them; null for none.</summary>
    public string? FirstText(string name) => Texts(name) is [var first, ..] ? first : null;

    /// <summary>The objects of a list.</summary>
    public IReadOnlyList<ForeignRow> Rows(string name) =>
        [.. Items(name).Where(item => item.ValueKind == JsonValueKind.Object).Select(item => new ForeignRow(item))];

    /// <summary>An object; null for none.</summary>
    public ForeignRow? Object(string name) =>
        Json(name) is { ValueKind: JsonValueKind.Object } inner ? new ForeignRow(inner) : null;

    /// <summary>Whatever stands there, out of a text too; null for nothing, and for a text that is no JSON.</summary>
    public JsonElement? Json(string name)
    {
        if (Find(name) is not { } found) return null;
        if (found.ValueKind != JsonValueKind.String) return found;
        try
        {
            using var inner = JsonDocument.Parse(found.GetString()!);
            return inner.RootElement.Clone();
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Whether anything stands there: no null, no empty text, list or object.</summary>
    public bool Has(string name) => Json(name) is { } found
        ? found.ValueKind switch
        {
            JsonValueKind.Null => false,
            JsonValueKind.Array => found.GetArrayLength() > 0,
            JsonValueKind.Object => found.EnumerateObject().Any(),
            _ => true,
        }
        : Filled(name) is not null;

    /// <summary>Kept out of logs: it may be a person, or a hash.</summary>
    public override string ToString() => $"{_members.Count} members";

    private List<JsonElement> Items(string name) =>
        Json(name) is { ValueKind: JsonValueKind.Array } list ? [.. list.EnumerateArray()] : [];

    private JsonElement? Find(string name) =>
        _members.TryGetValue(Bare(name), out var found) && found.ValueKind != JsonValueKind.Null ? found : null;
}
