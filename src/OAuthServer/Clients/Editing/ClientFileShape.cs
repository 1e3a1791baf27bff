using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;

namespace OAuthServer.Clients.Editing;

/// <summary>
/// The JSON of a file of clients: no unknown member, none twice, none missing that must be there. What is wrong is
/// said with its path and without its value, which may be a secret in the wrong place.
/// </summary>
internal static class ClientFileShape
{
    private static readonly JsonSerializerOptions Strict = new(JsonSerializerOptions.Strict)
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        TypeInfoResolver = new DefaultJsonTypeInfoResolver(),
    };

    /// <summary>The content of a file, or the first fault of its JSON.</summary>
    public static (ClientFileContent? Content, string? Fault) Read(string json)
    {
        try
        {
            var content = JsonSerializer.Deserialize<ClientFileContent>(json, Strict);
            return content is null ? (null, MustBe("")) : (content, null);
        }
        catch (JsonException fault)
        {
            var line = (fault.LineNumber ?? 0) + 1;
            return fault.InnerException is JsonException
                ? (null, $"The file is no JSON: line {line}, byte {(fault.BytePositionInLine ?? 0) + 1}.")
                : (null, $"{MustBe(fault.Path?.TrimStart('$', '.') ?? "")} (line {line})");
        }
    }

    /// <summary>What has to stand at a path, as <c>clients[1].default_scopes[0]</c>.</summary>
    public static string MustBe(string path)
    {
        if (path.Length == 0) return """The file must be an object with a list of clients: { "clients": [ … ] }.""";
        // A name with signs of its own stands in ['…'], and no member has such a name.
        if (path.Contains("['", StringComparison.Ordinal)) return $"{path} is unknown.";
        var names = path.Split('.').Select(part => part.Split('[')[0]).ToArray();
        if (names is [_, "jwks", ..])
            return $"{path} must be {Kind(typeof(JsonElement?), false)}, and stand there once.";
        if (names.Length == 1 && path.EndsWith(']')) return $"{path} must be an object that has {Required()}.";
        var members = MembersOf(names.Length switch
        {
            1 => typeof(ClientFileContent),
            2 => typeof(ClientFileEntry),
            _ => typeof(SecretReference),
        });
        var member = members.FirstOrDefault(known => known.Name == names[^1]);
        return member is null
            ? $"{path} is unknown. The members are {string.Join(", ", members.Select(known => known.Name))}."
            : $"{path} must be {Kind(member.PropertyType, path.EndsWith(']'))}, and stand there once.";
    }

    private static string Required()
    {
        var required = MembersOf(typeof(ClientFileEntry)).Where(member => member.IsRequired);
        return string.Join(", ", required.Select(member => member.Name));
    }

    /// <summary>A client of an object whose members all fit.</summary>
    /// <param name="id">Its id where the object has none.</param>
    public static ClientFileEntry? ReadEntry(JsonElement client, string? id)
    {
        var members = JsonObject.Create(client)!;
        if (id is not null && !members.ContainsKey("client_id")) members.Add("client_id", id);
        return members.Deserialize<ClientFileEntry>(Strict);
    }

    /// <summary>A record of an object whose members all fit.</summary>
    public static T Read<T>(JsonElement body) => body.Deserialize<T>(Strict)!;

    /// <summary>Whether a value is one of a member's type.</summary>
    public static bool Fits(JsonElement value, JsonPropertyInfo member)
    {
        var type = member.PropertyType;
        if (type == typeof(JsonElement?)) return value.ValueKind is JsonValueKind.Object or JsonValueKind.Null;
        try
        {
            // What is written down as null where nothing can be left out is no text and no list.
            return JsonSerializer.Deserialize(value, type, Strict) is not null
                || Nullable.GetUnderlyingType(type) is not null || member.IsSetNullable;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <summary>The members that JSON may have for a type.</summary>
    public static IList<JsonPropertyInfo> MembersOf(Type type) => Strict.GetTypeInfo(type).Properties;

    /// <summary>What a member has to be, in words.</summary>
    public static string Kind(Type type, bool isItem) =>
        type == typeof(string) || (type == typeof(string[]) && isItem) ? "a string"
        : type == typeof(string[]) ? "a list of strings"
        : type == typeof(SecretReference) ? """{ "hash": "…" } or { "env": "NAME" }, never the secret itself"""
        : type == typeof(JsonElement?) ? """a JWK Set { "keys": [ … ] } of public keys"""
        : type == typeof(bool) || type == typeof(bool?) ? "true or false"
        : type == typeof(int?) ? "a whole number or null"
        : type == typeof(Guid?) ? "a uuid"
        : "a list of clients";
}
