using System.Text.Json;
using Amazon.Runtime;

namespace OAuthServer.Keys.SecretsManager;

/// <summary>Asks for the version of a secret that bears a staging label.</summary>
internal sealed class GetSecretValueRequest : AmazonWebServiceRequest
{
    internal static readonly JsonOperation Operation = new("GetSecretValue", Write, GetSecretValueResponse.Read);

    /// <summary>Name or ARN.</summary>
    public required string SecretId { get; init; }

    /// <summary>For instance <c>AWSCURRENT</c>, which is also meant when absent.</summary>
    public string? VersionStage { get; init; }

    private static void Write(Utf8JsonWriter json, AmazonWebServiceRequest request)
    {
        var asked = (GetSecretValueRequest)request;
        json.WriteString(nameof(SecretId), asked.SecretId);
        if (asked.VersionStage is not null) json.WriteString(nameof(VersionStage), asked.VersionStage);
    }
}

/// <summary>One version of a secret. Holds the secret and prints none of it.</summary>
internal sealed class GetSecretValueResponse : AmazonWebServiceResponse
{
    /// <summary>The secret, or null when it was stored as binary.</summary>
    public string? SecretString { get; init; }

    public string? VersionId { get; init; }

    /// <summary>When the version was made.</summary>
    public DateTimeOffset? CreatedDate { get; init; }

    public override string ToString() => $"GetSecretValueResponse {VersionId}";

    internal static GetSecretValueResponse Read(JsonElement json) => new()
    {
        SecretString = json.Text(nameof(SecretString)),
        VersionId = json.Text(nameof(VersionId)),
        CreatedDate = json.Time(nameof(CreatedDate)),
    };
}
