using System.Text.Json.Serialization;
using OAuthServer.Keys;

namespace OAuthServer.Operators.Keys;

/// <summary>
/// One key as <c>keys list</c> shows it. The age is absent where the store does not know when the key was made; a
/// folder of files knows of a previous key since when it is one.
/// </summary>
internal sealed record KeyView(
    string Kid, string Stage, DateTimeOffset? CreatedAt, long? AgeSeconds, long? PreviousSeconds)
{
    [JsonIgnore]
    public string Line => $"{Kid}  {Stage,-8}  {Time}";

    private string Time => this switch
    {
        { AgeSeconds: { } age } => Text(age),
        { PreviousSeconds: { } since } => $"previous for {Text(since)}",
        _ => "age unknown",
    };

    public static KeyView Of(StoredKey key, DateTimeOffset now) => new(
        key.Key.KeyId,
        key.Stage.ToString().ToLowerInvariant(),
        key.CreatedAt,
        Seconds(key.CreatedAt, now),
        Seconds(key.PreviousSince, now));

    private static long? Seconds(DateTimeOffset? from, DateTimeOffset now) =>
        from is { } known ? (long)(now - known).TotalSeconds : null;

    private static string Text(long seconds) => seconds switch
    {
        < 60 => "under a minute",
        < 3600 => $"{seconds / 60} min",
        < 86400 => $"{seconds / 3600} h",
        _ => $"{seconds / 86400} d",
    };
}
