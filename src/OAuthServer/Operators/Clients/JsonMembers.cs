using System.Text.Json;

namespace OAuthServer.Operators.Clients;

/// <summary>
/// Reads the members of one JSON object of a file that people write. Every fault is noted with its path and reading goes on, so that all
/// of them can be mended at once. Values are not repeated: one of them may be a secret in the wrong place.
/// </summary>
internal sealed class JsonMembers
{
    private readonly Dictionary<string, JsonElement> _members = new(StringComparer.Ordinal);
    private readonly string _path;
    private readonly List<string> _faults;

    /// <param name="element">Should be an object.</param>
    /// <param name="path">Where it stands; empty for the whole file.</param>
    /// <param name="faults">Takes what is wrong.</param>
    /// <param name="allowed">The members that there are.</param>
    public JsonMembers(JsonElement element, string path, List<string> faults, params string[] allowed)
    {
        (_path, _faults) = (path, faults);
        if (element.ValueKind != JsonValueKind.Object)
        {
            _faults.Add($"{(path.Length == 0 ? "The file" : path)} must be an object.");
            return;
        }

        foreach (var member in element.EnumerateObject())
        {
            if (!allowed.Contains(member.Name, StringComparer.Ordinal)) _faults.Add($"{At(member.Name)} is unknown. The members are {string.Join(", ", allowed)}.");
            else if (!_members.TryAdd(member.Name, member.Value)) _faults.Add($"{At(member.Name)} stands there twice.");
        }
    }

    /// <summary>The path of a member.</summary>
    public string At(string name) => _path.Length == 0 ? name : $"{_path}.{name}";

    /// <summary>A member as it is; null when it is not there.</summary>
    public JsonElement? Element(string name) => _members.TryGetValue(name, out var element) ? element : null;

    /// <summary>A string; <paramref name="otherwise"/> when it is not there, and null for that means it must be.</summary>
    public string? Text(string name, string? otherwise = null)
    {
        if (Element(name) is { } element) return Text(element, At(name));
        if (otherwise is null) _faults.Add($"{At(name)} is missing.");
        return otherwise;
    }

    /// <summary>A list of strings, each of them once; the same about <paramref name="otherwise"/>.</summary>
    public string[]? Texts(string name, string[]? otherwise = null)
    {
        if (Element(name) is not { } element)
        {
            if (otherwise is null) _faults.Add($"{At(name)} is missing.");
            return otherwise;
        }

        if (element.ValueKind != JsonValueKind.Array)
        {
            _faults.Add($"{At(name)} must be a list of strings.");
            return null;
        }

        var texts = element.EnumerateArray().Select((item, i) => Text(item, $"{At(name)}[{i}]")).ToArray();
        if (Array.Exists(texts, text => text is null)) return null;
        if (texts.Distinct(StringComparer.Ordinal).Count() != texts.Length) _faults.Add($"{At(name)} names something twice.");
        return texts!;
    }

    /// <summary>True or false; null when it is not there.</summary>
    public bool? Flag(string name)
    {
        if (Element(name) is not { } element) return null;
        if (element.ValueKind is JsonValueKind.True or JsonValueKind.False) return element.GetBoolean();
        _faults.Add($"{At(name)} must be true or false.");
        return null;
    }

    private string? Text(JsonElement element, string path)
    {
        try
        {
            if (element.ValueKind == JsonValueKind.String && element.GetString() is { } text && !text.Contains('\0', StringComparison.Ordinal)) return text;
        }
        catch (InvalidOperationException)
        {
            // Half of a surrogate pair.
        }

        _faults.Add($"{path} must be a string{(element.ValueKind == JsonValueKind.String ? " of whole characters, without NUL" : "")}.");
        return null;
    }
}
