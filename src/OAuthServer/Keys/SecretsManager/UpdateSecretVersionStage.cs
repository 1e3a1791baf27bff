using System.Text.Json;
using Amazon.Runtime;

namespace OAuthServer.Keys.SecretsManager;

/// <summary>Moves, adds or removes a staging label.</summary>
internal sealed class UpdateSecretVersionStageRequest : AmazonWebServiceRequest
{
    internal static readonly JsonOperation Operation =
        new("UpdateSecretVersionStage", Write, static _ => new UpdateSecretVersionStageResponse());

    /// <summary>Name or ARN.</summary>
    public required string SecretId { get; init; }

    public required string VersionStage { get; init; }

    /// <summary>The version that loses the label; the service refuses when another one bears it.</summary>
    public string? RemoveFromVersionId { get; init; }

    /// <summary>The version that gets the label.</summary>
    public string? MoveToVersionId { get; init; }

    private static void Write(Utf8JsonWriter json, AmazonWebServiceRequest request)
    {
        var update = (UpdateSecretVersionStageRequest)request;
        json.WriteString(nameof(SecretId), update.SecretId);
        json.WriteString(nameof(VersionStage), update.VersionStage);
        if (update.RemoveFromVersionId is { } from) json.WriteString(nameof(RemoveFromVersionId), from);
        if (update.MoveToVersionId is { } to) json.WriteString(nameof(MoveToVersionId), to);
    }
}

internal sealed class UpdateSecretVersionStageResponse : AmazonWebServiceResponse;
