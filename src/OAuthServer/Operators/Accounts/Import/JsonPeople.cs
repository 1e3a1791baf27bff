using System.Text.Json;

namespace OAuthServer.Operators.Accounts.Import;

/// <summary>People in JSON: a list of objects whose members have the names of the columns.</summary>
internal static class JsonPeople
{
    /// <exception cref="JsonException">From here on it is no list of JSON.</exception>
    public static async IAsyncEnumerable<ImportedPerson> ReadAsync(
        Stream file,
        PersonReader reader,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken ct)
    {
        var number = 0;
        var entries = JsonSerializer.DeserializeAsyncEnumerable<JsonElement>(file, JsonSerializerOptions.Default, ct);
        await foreach (var entry in entries)
            yield return Read($"entry {++number}", entry, reader);
    }

    private static ImportedPerson Read(string place, JsonElement entry, PersonReader reader)
    {
        if (entry.ValueKind != JsonValueKind.Object) return PersonReader.Refused(place, "it is no object");
        var members = entry.EnumerateObject().ToList();
        if (reader.Unknown(members.Select(member => member.Name)) is { } unknown)
            return PersonReader.Refused(place, unknown.TrimEnd('.'));
        var texts = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var member in members)
        {
            switch (member.Value.ValueKind)
            {
                case JsonValueKind.String: texts[member.Name] = member.Value.GetString()!; break;
                case JsonValueKind.True: texts[member.Name] = "true"; break;
                case JsonValueKind.False: texts[member.Name] = "false"; break;
                case JsonValueKind.Null: break;
                default: return PersonReader.Refused(place, $"{member.Name} is no text, true or false");
            }
        }

        return reader.Read(place, texts);
    }
}
