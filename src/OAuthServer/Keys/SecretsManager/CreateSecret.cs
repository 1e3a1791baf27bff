using System.Text.Json;
using Amazon.Runtime;

namespace OAuthServer.Keys.SecretsManager;

/// <summary>Makes a secret; its first version is current. Holds the secret and prints none of it.</summary>
internal sealed class CreateSecretRequest : AmazonWebServiceRequest
{
    internal static readonly JsonOperation Operation = new("CreateSecret", Write, CreateSecretResponse.Read);

    /// <summary>The name, not an ARN.</summary>
    public required string Name { get; init; }

    public required string SecretString { get; init; }

    /// <summary>
    /// Becomes the version's name and makes a retry harmless: 32 to 64 characters, new for each version.
    /// </summary>
    public required string ClientRequestToken { get; init; }

    public string? Description { get; init; }

    public override string ToString() => $"CreateSecretRequest {Name}";

    private static void Write(Utf8JsonWriter json, AmazonWebServiceRequest request)
    {
        var create = (CreateSecretRequest)request;
        json.WriteString(nameof(Name), create.Name);
        json.WriteString(nameof(ClientRequestToken), create.ClientRequestToken);
        if (create.Description is not null) json.WriteString(nameof(Description), create.Description);
        json.WriteString(nameof(SecretString), create.SecretString);
    }
}

internal sealed class CreateSecretResponse : AmazonWebServiceResponse
{
    public string? VersionId { get; init; }

    internal static CreateSecretResponse Read(JsonElement json) => new() { VersionId = json.Text(nameof(VersionId)) };
}
