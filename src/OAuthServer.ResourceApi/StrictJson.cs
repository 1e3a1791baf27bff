using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Unicode;

namespace OAuthServer.ResourceApi;

/// <summary>
/// JSON from outside, read so that two readers cannot understand it differently: valid UTF-8, no duplicate members
/// (RFC 7519 §4).
/// </summary>
internal static class StrictJson
{
    private static readonly JsonDocumentOptions Options = new() { AllowDuplicateProperties = false, MaxDepth = 16 };

    /// <summary>Parses one JSON object; false for anything else.</summary>
    public static bool TryParseObject(byte[] utf8, out JsonElement value)
    {
        value = default;
        if (!Utf8.IsValid(utf8)) return false;
        try
        {
            using var document = JsonDocument.Parse(utf8, Options);
            value = document.RootElement.Clone();
            return value.ValueKind == JsonValueKind.Object;
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            return false;
        }
    }

    /// <summary>
    /// The member as a non-empty string; false when it is missing, empty, another type or has a lone surrogate.
    /// </summary>
    public static bool TryGetText(this JsonElement json, string name, [NotNullWhen(true)] out string? value)
    {
        value = json.TryGetProperty(name, out var member) ? member.AsText() : null;
        return !string.IsNullOrEmpty(value);
    }

    /// <summary>The value as a string; null when it is another type or has a lone surrogate.</summary>
    public static string? AsText(this JsonElement json)
    {
        if (json.ValueKind != JsonValueKind.String) return null;
        try
        {
            return json.GetString();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }
}
