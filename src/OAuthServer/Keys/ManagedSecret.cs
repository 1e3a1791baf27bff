using System.Security.Cryptography;
using System.Text.Json;
using Amazon.Runtime;
using OAuthServer.Keys.SecretsManager;

namespace OAuthServer.Keys;

/// <summary>
/// One secret in AWS Secrets Manager: its versions are got and moved by their staging labels. Failures are
/// <see cref="KeyStoreException"/> where the work is guarded.
/// </summary>
/// <param name="connect">
/// Makes the client at first use: it fails where no region is known, and start-up must not.
/// </param>
/// <param name="secretId">Name or ARN of the secret.</param>
/// <param name="description">What the secret is, for who looks at it in the console.</param>
internal sealed class ManagedSecret(
    Func<AmazonSecretsManagerClient> connect, string secretId, string description) : IDisposable
{
    public const string Current = "AWSCURRENT";
    public const string Pending = "AWSPENDING";
    public const string Previous = "AWSPREVIOUS";

    // A failure is not remembered: the region may be known at the next attempt.
    private readonly Lazy<AmazonSecretsManagerClient> _client = new(connect, LazyThreadSafetyMode.PublicationOnly);

    public string Place => $"secret {secretId} in AWS Secrets Manager";

    public void Dispose()
    {
        if (_client.IsValueCreated) _client.Value.Dispose();
    }

    /// <summary>The version with a label; null when there is none, or no such secret.</summary>
    public async Task<GetSecretValueResponse?> GetAsync(string label, CancellationToken ct)
    {
        try
        {
            var request = new GetSecretValueRequest { SecretId = secretId, VersionStage = label };
            return await _client.Value.GetSecretValueAsync(request, ct);
        }
        catch (ResourceNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Stores a version with a label. The service itself moves AWSPREVIOUS along with AWSCURRENT.</summary>
    public Task PutAsync(string value, string label, CancellationToken ct) =>
        _client.Value.PutSecretValueAsync(
            new PutSecretValueRequest
            {
                SecretId = secretId,
                SecretString = value,
                ClientRequestToken = NewToken(),
                VersionStages = [label],
            },
            ct);

    /// <summary>Makes the secret with its first version, which is current.</summary>
    /// <exception cref="ResourceExistsException">There is one by this name, perhaps without a value.</exception>
    public Task CreateAsync(string value, CancellationToken ct) =>
        _client.Value.CreateSecretAsync(
            new CreateSecretRequest
            {
                Name = secretId,
                SecretString = value,
                ClientRequestToken = NewToken(),
                Description = description,
            },
            ct);

    /// <summary>Moves a label. The service refuses when it is not on <paramref name="from"/> any more.</summary>
    public Task MoveAsync(string label, string? from, string? to, CancellationToken ct) =>
        _client.Value.UpdateSecretVersionStageAsync(
            new UpdateSecretVersionStageRequest
            {
                SecretId = secretId,
                VersionStage = label,
                RemoveFromVersionId = from,
                MoveToVersionId = to,
            },
            ct);

    /// <summary>Does work whose failure is one of the store.</summary>
    public async Task<T> GuardAsync<T>(Func<Task<T>> work, CancellationToken ct)
    {
        try
        {
            return await work();
        }
        catch (AmazonServiceException refused) when (refused.ErrorCode is { Length: > 0 } code)
        {
            var status = (int)refused.StatusCode;
            throw new KeyStoreException($"{Place} refused: {code} ({status}): {refused.Message}", refused);
        }
        catch (Exception failure) when (IsOutage(failure) && !ct.IsCancellationRequested)
        {
            throw new KeyStoreException($"{Place} is out of reach: {failure.Message}", failure);
        }
    }

    private static bool IsOutage(Exception failure) => failure is AmazonClientException or AmazonServiceException
        or HttpRequestException or IOException or TimeoutException or OperationCanceledException or JsonException;

    private static string NewToken() => RandomNumberGenerator.GetHexString(32, lowercase: true);
}
