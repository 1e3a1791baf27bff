using System.Text.Json;
using System.Text.Json.Serialization;

namespace OAuthServer.Storage;

/// <summary>A column of type <c>jsonb</c> inside the JSON of its row: the value, not a string that holds it.</summary>
internal sealed class RawJson : JsonConverter<string>
{
    public override string Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        using var value = JsonDocument.ParseValue(ref reader);
        return value.RootElement.GetRawText();
    }

    public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) =>
        writer.WriteRawValue(value);
}
