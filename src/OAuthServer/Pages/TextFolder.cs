using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace OAuthServer.Pages;

/// <summary>Texts that an operator wrote: those of this server in other words, or in another language.</summary>
internal sealed partial class TextFolder
{
    private const int LargestFile = 1024 * 1024;
    private const string DateKeys = "Format.";

    private readonly Dictionary<string, Dictionary<string, string>> _texts = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<string> _faults = [];

    private TextFolder()
    {
    }

    /// <summary>What is wrong with it, each beginning with the file.</summary>
    public IReadOnlyList<string> Faults => _faults;

    public IEnumerable<CultureInfo> Languages => _texts.Keys.Select(CultureInfo.GetCultureInfo);

    /// <param name="path">The folder; null for none.</param>
    public static TextFolder Read(string? path)
    {
        var folder = new TextFolder();
        if (path is null) return folder;
        if (!Directory.Exists(path))
        {
            folder._faults.Add("Pages:Texts must be the path of a folder.");
            return folder;
        }

        var shipped = ShippedTexts.English();
        foreach (var file in Directory.EnumerateFiles(path, "*.json").Order(StringComparer.Ordinal))
            folder.Add(file, shipped);
        return folder;
    }

    /// <summary>The text of a key in exactly this language; null when there is none.</summary>
    public string? Find(CultureInfo language, string key) =>
        _texts.TryGetValue(language.Name, out var texts) ? texts.GetValueOrDefault(key) : null;

    private void Add(string file, IReadOnlyDictionary<string, string> shipped)
    {
        var tag = Path.GetFileNameWithoutExtension(file);
        if (!IsLanguage(tag))
        {
            _faults.Add($"Pages:Texts: {file} is not named after a language, such as fr.json or pt-BR.json.");
            return;
        }

        if (FileText.Read(file, LargestFile).Failed(out var unreadable, out var content))
        {
            _faults.Add($"Pages:Texts: {unreadable}");
            return;
        }

        try
        {
            var texts = JsonSerializer.Deserialize<Dictionary<string, string>>(content) ?? [];
            _faults.AddRange(texts.Select(text => Fault(text.Key, text.Value, shipped)).OfType<string>()
                .Select(fault => $"Pages:Texts: {file}: {fault}"));
            _texts[tag] = texts;
        }
        catch (JsonException fault)
        {
            _faults.Add($"Pages:Texts: {file} is no JSON object of texts: line {(fault.LineNumber ?? 0) + 1}.");
        }
    }

    private static string? Fault(string key, string? text, IReadOnlyDictionary<string, string> shipped)
    {
        if (!shipped.TryGetValue(key, out var english)) return $"there is no text {key}.";
        if (string.IsNullOrWhiteSpace(text)) return $"{key} is empty.";
        if (key.StartsWith(DateKeys, StringComparison.Ordinal))
            return IsDateFormat(text) ? null : $"{key} is no format.";
        var (places, own) = (Places(english), Places(text));
        if (!IsFormat(text)) return $"{key} has a brace that begins no place; write two for one.";
        return own.SetEquals(places)
            ? null
            : $"{key} must have the places {string.Join(' ', places)}, as \"{english}\" has.";
    }

    private static bool IsLanguage(string tag)
    {
        try
        {
            return CultureInfo.GetCultureInfo(tag, predefinedOnly: true).Name == tag && tag.Length > 0;
        }
        catch (CultureNotFoundException)
        {
            return false;
        }
    }

    private static bool IsFormat(string text)
    {
        try
        {
            _ = string.Format(CultureInfo.InvariantCulture, text, "", "", "", "", "", "", "", "");
            return true;
        }
        catch (FormatException)
        {
            return false;
        }
    }

    private static bool IsDateFormat(string text)
    {
        try
        {
            return DateTime.UnixEpoch.ToString(text, CultureInfo.InvariantCulture).Length > 0;
        }
        catch (FormatException)
        {
            return false;
        }
    }

    private static SortedSet<string> Places(string text) =>
        new(Place().Matches(text).Select(match => match.Value), StringComparer.Ordinal);

    [GeneratedRegex(@"\{\d+\}")]
    private static partial Regex Place();
}
