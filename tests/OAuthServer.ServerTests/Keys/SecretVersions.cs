using System.Text.Json;
using System.Text.Json.Nodes;

namespace OAuthServer.ServerTests.Keys;

/// <summary>An error that the service answers, by its code.</summary>
internal sealed class ServiceError(string code, string message) : Exception(message)
{
    public string Code { get; } = code;
}

/// <summary>
/// Secrets, their versions and staging labels, behaving as the API reference of Secrets Manager describes.
/// </summary>
internal sealed class SecretVersions(TimeProvider clock)
{
    private readonly Lock _one = new();
    private readonly Dictionary<string, List<Version>> _secrets = new(StringComparer.Ordinal);

    public JsonObject Answer(string operation, JsonElement request)
    {
        lock (_one)
        {
            return operation switch
            {
                "GetSecretValue" => Get(request),
                "PutSecretValue" => Put(request),
                "CreateSecret" => Create(request),
                "UpdateSecretVersionStage" => Update(request),
                _ => throw new ServiceError("UnknownOperationException", operation),
            };
        }
    }

    /// <summary>The labels of each version, oldest first.</summary>
    public string[] Labels(string secret)
    {
        lock (_one)
            return [
                .. _secrets[secret].Select(version => string.Join(',', version.Labels.Order(StringComparer.Ordinal))),
            ];
    }

    /// <summary>Makes the newest version that bears <paramref name="label"/> look older.</summary>
    public void Age(string secret, string label, TimeSpan by)
    {
        lock (_one) _secrets[secret].Single(version => version.Labels.Contains(label)).Created -= by;
    }

    public string VersionOf(string secret, string label)
    {
        lock (_one) return _secrets[secret].Single(version => version.Labels.Contains(label)).Id;
    }

    /// <summary>What someone else's UpdateSecretVersionStage does.</summary>
    public void Move(string secret, string label, string from, string? to)
    {
        var request = new JsonObject
        {
            ["SecretId"] = secret,
            ["VersionStage"] = label,
            ["RemoveFromVersionId"] = from,
        };
        if (to is not null) request["MoveToVersionId"] = to;
        Answer("UpdateSecretVersionStage", JsonSerializer.SerializeToElement(request));
    }

    private JsonObject Get(JsonElement request)
    {
        var label = request.TryGetProperty("VersionStage", out var asked) ? asked.GetString()! : "AWSCURRENT";
        var version = Secret(request).Find(version => version.Labels.Contains(label))
            ?? throw new ServiceError(
                "ResourceNotFoundException",
                $"Secrets Manager can't find the specified secret value for staging label: {label}");
        return new JsonObject
        {
            ["Name"] = request.GetProperty("SecretId").GetString(),
            ["VersionId"] = version.Id,
            ["SecretString"] = version.Value,
            ["VersionStages"] = new JsonArray([.. version.Labels.Select(l => JsonValue.Create(l))]),
            ["CreatedDate"] = version.Created.ToUnixTimeMilliseconds() / 1000.0,
        };
    }

    private JsonObject Create(JsonElement request)
    {
        var name = request.GetProperty("Name").GetString()!;
        if (_secrets.ContainsKey(name))
            throw new ServiceError(
                "ResourceExistsException", $"The operation failed because the secret {name} already exists.");
        _secrets[name] = [NewVersion(request, ["AWSCURRENT"])];
        return new JsonObject { ["Name"] = name, ["VersionId"] = _secrets[name][0].Id };
    }

    private JsonObject Put(JsonElement request)
    {
        var versions = Secret(request);
        var labels = request.GetProperty("VersionStages")
            .EnumerateArray()
            .Select(label => label.GetString()!)
            .ToArray();
        var version = NewVersion(request, []);
        if (versions.Any(known => known.Id == version.Id))
            throw new ServiceError("ResourceExistsException", "A version of that name exists.");
        versions.Add(version);
        foreach (var label in labels) Move(versions, label, version);
        return new JsonObject { ["VersionId"] = version.Id };
    }

    private JsonObject Update(JsonElement request)
    {
        var versions = Secret(request);
        var label = request.GetProperty("VersionStage").GetString()!;
        var bearer = versions.Find(version => version.Labels.Contains(label));
        var from = request.TryGetProperty("RemoveFromVersionId", out var removed) ? removed.GetString() : null;
        if (from != bearer?.Id)
        {
            throw new ServiceError(
                "InvalidParameterException",
                $"The parameter RemoveFromVersionId must name the version that bears {label}.");
        }

        if (request.TryGetProperty("MoveToVersionId", out var to))
        {
            Move(versions, label, versions.Find(version => version.Id == to.GetString())
                ?? throw new ServiceError("ResourceNotFoundException", "There is no such version."));
        }
        else
        {
            bearer?.Labels.Remove(label);
        }

        return [];
    }

    private static void Move(List<Version> versions, string label, Version target)
    {
        var bearer = versions.Find(version => version.Labels.Contains(label));
        if (bearer == target) return;
        bearer?.Labels.Remove(label);
        target.Labels.Add(label);
        if (label == "AWSCURRENT" && bearer is not null) Move(versions, "AWSPREVIOUS", bearer);
    }

    private List<Version> Secret(JsonElement request) =>
        _secrets.GetValueOrDefault(request.GetProperty("SecretId").GetString()!)
        ?? throw new ServiceError("ResourceNotFoundException", "Secrets Manager can't find the specified secret.");

    private Version NewVersion(JsonElement request, string[] labels)
    {
        var token = request.GetProperty("ClientRequestToken").GetString()!;
        return token.Length is >= 32 and <= 64
            ? new Version(token, request.GetProperty("SecretString").GetString()!, [.. labels], clock.GetUtcNow())
            : throw new ServiceError("InvalidParameterException", "ClientRequestToken must have 32 to 64 characters.");
    }

    private sealed class Version(string id, string value, HashSet<string> labels, DateTimeOffset created)
    {
        public string Id { get; } = id;

        public string Value { get; } = value;

        public HashSet<string> Labels { get; } = labels;

        public DateTimeOffset Created { get; set; } = created;
    }
}
