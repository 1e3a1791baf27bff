using System.Text.Json;
using Amazon.Runtime;

namespace OAuthServer.Keys.SecretsManager;

/// <summary>Adds a version to a secret that exists. Holds the secret and prints none of it.</summary>
internal sealed class PutSecretValueRequest : AmazonWebServiceRequest
{
    internal static readonly JsonOperation Operation = new("PutSecretValue", Write, PutSecretValueResponse.Read);

    /// <summary>Name or ARN.</summary>
    public required string SecretId { get; init; }

    public required string SecretString { get; init; }

    /// <summary>
    /// Becomes the version's name and makes a retry harmless: 32 to 64 characters, new for each version.
    /// </summary>
    public required string ClientRequestToken { get; init; }

    /// <summary>The labels of the new version.</summary>
    public required IReadOnlyList<string> VersionStages { get; init; }

    public override string ToString() => $"PutSecretValueRequest {SecretId}";

    private static void Write(Utf8JsonWriter json, AmazonWebServiceRequest request)
    {
        var put = (PutSecretValueRequest)request;
        json.WriteString(nameof(SecretId), put.SecretId);
        json.WriteString(nameof(ClientRequestToken), put.ClientRequestToken);
        json.WriteString(nameof(SecretString), put.SecretString);
        json.WriteStartArray(nameof(VersionStages));
        foreach (var stage in put.VersionStages) json.WriteStringValue(stage);
        json.WriteEndArray();
    }
}

/// <summary>The version that was added.</summary>
internal sealed class PutSecretValueResponse : AmazonWebServiceResponse
{
    public string? VersionId { get; init; }

    internal static PutSecretValueResponse Read(JsonElement json) =>
        new() { VersionId = json.Text(nameof(VersionId)) };
}
