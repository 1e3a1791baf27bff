using System.Text.Json.Serialization;
using OAuthServer.Keys;

namespace OAuthServer.Operators.Keys;

/// <summary>
/// One key as <c>keys list</c> shows it. The age is absent where the store does not know when the key was made.
/// </summary>
internal sealed record KeyView(string Kid, string Stage, DateTimeOffset? CreatedAt, long? AgeSeconds)
{
    [JsonIgnore]
    public string Line => $"{Kid}  {Stage,-8}  {(AgeSeconds is { } age ? Age(age) : "age unknown")}";

    public static KeyView Of(StoredKey key, DateTimeOffset now) => new(
        key.Key.KeyId,
        key.Stage.ToString().ToLowerInvariant(),
        key.CreatedAt,
        key.CreatedAt is { } created ? (long)(now - created).TotalSeconds : null);

    private static string Age(long seconds) => seconds switch
    {
        < 60 => "under a minute",
        < 3600 => $"{seconds / 60} min",
        < 86400 => $"{seconds / 3600} h",
        _ => $"{seconds / 86400} d",
    };
}
