using System.Globalization;
using System.Text.Json;

namespace OAuthServer.Clients;

/// <summary>A text that an operator wrote for people, in one language or in several.</summary>
internal sealed class SpokenText
{
    private const string Default = "default";

    private readonly Dictionary<string, string> _texts;

    private SpokenText(Dictionary<string, string> texts) => _texts = texts;

    /// <summary>A text, or an object of texts by language with one that is the default.</summary>
    public static SpokenText Of(JsonElement words) => words.ValueKind == JsonValueKind.String
        ? new(new() { [Default] = words.GetString()! })
        : new(ByTag(words));

    /// <summary>A text, and an object of the same in other languages.</summary>
    public static SpokenText Of(string text, string others)
    {
        using var read = JsonDocument.Parse(others);
        var texts = ByTag(read.RootElement);
        texts[Default] = text;
        return new(texts);
    }

    /// <summary>The text in this language, with or without its region; else the default one.</summary>
    public string In(CultureInfo language)
    {
        for (var known = language; known.Name.Length > 0; known = known.Parent)
            if (_texts.TryGetValue(known.Name, out var text)) return text;
        return _texts[Default];
    }

    private static Dictionary<string, string> ByTag(JsonElement words) => words.EnumerateObject()
        .ToDictionary(said => said.Name, said => said.Value.GetString()!, StringComparer.OrdinalIgnoreCase);
}
