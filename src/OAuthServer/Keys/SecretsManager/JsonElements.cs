using System.Text.Json;

namespace OAuthServer.Keys.SecretsManager;

/// <summary>Reads members of an AWS JSON 1.1 object; absent, null and other types are null.</summary>
internal static class JsonElements
{
    public static string? Text(this JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var member)
        && member.ValueKind == JsonValueKind.String
            ? member.GetString()
            : null;

    /// <summary>A time: seconds since 1970, with a fraction.</summary>
    public static DateTimeOffset? Time(this JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var member)
        && member.ValueKind == JsonValueKind.Number
            ? DateTimeOffset.UnixEpoch.AddSeconds(member.GetDouble())
            : null;
}
