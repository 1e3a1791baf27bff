using System.Globalization;
using System.Text.Json;

namespace OAuthServer.ServerTests.Fixtures;

/// <summary>A call as an OpenAPI document describes it.</summary>
internal sealed record DescribedCall(string Method, string Path, JsonElement Operation)
{
    public string Id => Operation.GetProperty("operationId").GetString()!;

    public IReadOnlyList<int> Statuses =>
        [
            .. Operation.GetProperty("responses")
                .EnumerateObject()
                .Select(answer => int.Parse(answer.Name, CultureInfo.InvariantCulture))
                .Order(),
        ];

    public IReadOnlyList<JsonElement> Parameters =>
        Operation.TryGetProperty("parameters", out var all) ? [.. all.EnumerateArray()] : [];

    /// <summary>The schema of its body; null when it takes none.</summary>
    public JsonElement? Body => Operation.TryGetProperty("requestBody", out var body)
        ? body.GetProperty("content").GetProperty("application/json").GetProperty("schema")
        : null;

    /// <summary>The only scope of its only way in.</summary>
    public string Scope =>
        Assert.Single(Assert.Single(Operation.GetProperty("security").EnumerateArray())
            .GetProperty("operator")
            .EnumerateArray()).GetString()!;

    public override string ToString() => $"{Method} {Path}";
}

/// <summary>An OpenAPI document, and JSON Schema as far as it is used there.</summary>
internal sealed class DescribedApi(JsonElement document)
{
    public JsonElement Document => document;

    public IReadOnlyList<DescribedCall> Calls =>
    [
        .. from path in document.GetProperty("paths").EnumerateObject()
           from operation in path.Value.EnumerateObject()
           select new DescribedCall(operation.Name.ToUpperInvariant(), path.Name, operation.Value),
    ];

    public JsonElement AnswerOf(DescribedCall call, int status) =>
        Resolve(call.Operation.GetProperty("responses").GetProperty(status.ToString(CultureInfo.InvariantCulture)));

    public JsonElement SchemaOf(DescribedCall call, int status) =>
        AnswerOf(call, status).GetProperty("content").GetProperty("application/json").GetProperty("schema");

    /// <summary>A schema, or an answer, wherever it stands.</summary>
    public JsonElement Resolve(JsonElement schema)
    {
        while (schema.TryGetProperty("$ref", out var reference))
        {
            schema = document;
            foreach (var part in reference.GetString()!.Split('/').Skip(1)) schema = schema.GetProperty(part);
        }

        return schema;
    }

    /// <summary>What of a value is not as its schema says; with the path of it.</summary>
    public IEnumerable<string> Differences(JsonElement value, JsonElement said, string at = "")
    {
        var schema = Resolve(said);
        if (schema.TryGetProperty("oneOf", out var some) || schema.TryGetProperty("anyOf", out some))
        {
            return some.EnumerateArray().Any(one => !Differences(value, one, at).Any())
                ? []
                : [$"{at} is none of oneOf"];
        }

        if (schema.TryGetProperty("type", out var type) && !Types(type).Any(name => IsOf(value, name)))
            return [$"{at} is no {type}"];
        return value.ValueKind switch
        {
            JsonValueKind.Object => OfObject(value, schema, at),
            JsonValueKind.Array when schema.TryGetProperty("items", out var items) =>
                value.EnumerateArray().SelectMany((item, number) => Differences(item, items, $"{at}[{number}]")),
            JsonValueKind.String when schema.TryGetProperty("format", out var format) =>
                OfText(value, format.GetString()!, at),
            _ => [],
        };
    }

    public static IEnumerable<string> Types(JsonElement type) =>
        type.ValueKind == JsonValueKind.Array
            ? type.EnumerateArray().Select(one => one.GetString()!)
            : [type.GetString()!];

    private static bool IsOf(JsonElement value, string type) => type switch
    {
        "object" => value.ValueKind == JsonValueKind.Object,
        "array" => value.ValueKind == JsonValueKind.Array,
        "string" => value.ValueKind == JsonValueKind.String,
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        "integer" => value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out _),
        "null" => value.ValueKind == JsonValueKind.Null,
        _ => throw new InvalidOperationException($"A type that is not known here: {type}"),
    };

    private static IEnumerable<string> OfText(JsonElement value, string format, string at) => format switch
    {
        "uuid" when !value.TryGetGuid(out _) => [$"{at} is no uuid"],
        "date-time" when !value.TryGetDateTimeOffset(out _) => [$"{at} is no moment"],
        _ => [],
    };

    private IEnumerable<string> OfObject(JsonElement value, JsonElement schema, string at)
    {
        var members = schema.TryGetProperty("properties", out var known)
            ? known.EnumerateObject().ToDictionary(member => member.Name, member => member.Value)
            : [];
        if (schema.TryGetProperty("required", out var required))
        {
            foreach (var name in required.EnumerateArray()
                .Select(one => one.GetString()!)
                .Where(name => !value.TryGetProperty(name, out _)))
            {
                yield return $"{at}.{name} is missing";
            }
        }

        // What is not described is a difference, except where anything may stand.
        foreach (var member in value.EnumerateObject().Where(_ => members.Count > 0))
        {
            if (!members.TryGetValue(member.Name, out var said)) yield return $"{at}.{member.Name} is not described";
            else foreach (var difference in Differences(member.Value, said, $"{at}.{member.Name}"))
                yield return difference;
        }
    }
}
