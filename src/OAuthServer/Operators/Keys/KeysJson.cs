using System.Text.Json.Serialization;
using OAuthServer.Keys;

namespace OAuthServer.Operators.Keys;

/// <summary>A change as <c>--json</c> prints it.</summary>
/// <param name="NotBefore">When a refused one will be possible; null when that is not known.</param>
internal sealed record ChangeReport(bool Done, string? Kid, DateTimeOffset? NotBefore, string Message)
{
    public static ChangeReport Of(KeyChange change) =>
        new(change.Done, change.KeyId, change.NotBefore, change.Message);
}

/// <summary>What the keys commands print with <c>--json</c>.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(KeyView[]))]
[JsonSerializable(typeof(ChangeReport))]
internal sealed partial class KeysJson : JsonSerializerContext;
