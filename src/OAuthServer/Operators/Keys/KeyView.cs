using System.Text.Json.Serialization;
using OAuthServer.Keys;

namespace OAuthServer.Operators.Keys;

/// <summary>
/// One key as <c>keys list</c> shows it. The age is absent where the store does not know when the key was made.
/// </summary>
internal sealed record KeyView(string Kid, string Stage, DateTimeOffset? CreatedAt, long? AgeSeconds)
{
    [JsonIgnore]
    public string Line { get; private init; } = "";

    public static KeyView Of(StoredKey key, DateTimeOffset now)
    {
        var (kid, stage) = (key.Key.KeyId, key.Stage.ToString().ToLowerInvariant());
        return new(kid, stage, key.CreatedAt, (long?)(now - key.CreatedAt)?.TotalSeconds)
        {
            Line = $"{kid}  {stage,-8}  {KeyAge.Of(key, now)}",
        };
    }
}
