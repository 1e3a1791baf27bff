using System.Security.Cryptography;
using System.Text.Json;
using Amazon.Runtime;
using OAuthServer.Keys.SecretsManager;

namespace OAuthServer.Keys;

/// <summary>
/// Keys as versions of one secret in AWS Secrets Manager. <c>SecretString</c> is a PKCS#8 PEM; the staging labels are
/// the stages. Needs <c>GetSecretValue</c> to serve, and <c>PutSecretValue</c>, <c>CreateSecret</c> and
/// <c>UpdateSecretVersionStage</c> for the operator's commands alone.
/// </summary>
/// <param name="connect">
/// Makes the client at first use: it fails where no region is known, and start-up must not.
/// </param>
/// <param name="secretId">Name or ARN of the secret.</param>
internal sealed class SecretsManagerKeySource(Func<AmazonSecretsManagerClient> connect, string secretId)
    : IKeySource, IDisposable
{
    private const string Current = "AWSCURRENT";
    private const string Pending = "AWSPENDING";

    // A failure is not remembered: the region may be known at the next attempt.
    private readonly Lazy<AmazonSecretsManagerClient> _client = new(connect, LazyThreadSafetyMode.PublicationOnly);

    public string Place => $"secret {secretId} in AWS Secrets Manager";

    public bool MakesFirstKey => false;

    public Task<StoredKeys> ReadAsync(CancellationToken ct) => GuardAsync(async () =>
    {
        var keys = new List<StoredKey>();
        var faults = new List<string>();
        foreach (var stage in (KeyStage[])[KeyStage.Pending, KeyStage.Current, KeyStage.Previous])
        {
            var label = Label(stage);
            if (await GetAsync(label, ct) is not { } version)
            {
                if (stage == KeyStage.Current)
                    faults.Add($"no version is labelled {label}; make a key with: OAuthServer keys generate");
            }
            else if (SigningKey.TryFromPem(version.SecretString, out var key, out var fault))
            {
                keys.Add(new StoredKey(stage, key, version.CreatedDate));
            }
            else
            {
                faults.Add($"{label}: {fault}");
            }
        }

        return StoredKeys.Of(keys, faults);
    }, ct);

    public Task<KeyStage?> AddAsync(string pem, bool onlyFirst, CancellationToken ct) =>
        GuardAsync<KeyStage?>(async () =>
        {
            if (await GetAsync(Current, ct) is not null)
            {
                return onlyFirst ? null : await PutAsync(pem, KeyStage.Pending, ct);
            }

            try
            {
                await CreateAsync(pem, ct);
                return KeyStage.Current;
            }
            catch (ResourceExistsException)
            {
                // A secret without a value, or one made this instant by someone else, whose key must not be overtaken.
                if (await GetAsync(Current, ct) is null)
                    return await PutAsync(pem, KeyStage.Current, ct);
                return onlyFirst ? null : await PutAsync(pem, KeyStage.Pending, ct);
            }
        }, ct);

    public Task<bool> PromoteAsync(CancellationToken ct) => GuardAsync(async () =>
    {
        var pending = await GetAsync(Pending, ct);
        var current = await GetAsync(Current, ct);
        if (pending is null || pending.VersionId == current?.VersionId) return false;

        // The service moves AWSPREVIOUS along by itself, in the same step. It refuses when someone else promoted
        // first.
        await MoveAsync(Current, current?.VersionId, pending.VersionId, ct);
        await MoveAsync(Pending, pending.VersionId, null, ct);
        return true;
    }, ct);

    public Task<bool> RemoveAsync(string keyId, CancellationToken ct) => GuardAsync(async () =>
    {
        var removed = false;
        foreach (var stage in (KeyStage[])[KeyStage.Pending, KeyStage.Previous])
        {
            if (await GetAsync(Label(stage), ct) is not { } version) continue;
            if (!SigningKey.TryFromPem(version.SecretString, out var key, out _)) continue;
            using (key)
            {
                if (key.KeyId != keyId) continue;
            }

            // A version without a label is deprecated: nobody gets it by a stage, and the service deletes it in time.
            // It refuses when the label has moved to another version meanwhile.
            await MoveAsync(Label(stage), version.VersionId, null, ct);
            removed = true;
        }

        return removed;
    }, ct);

    public void Dispose()
    {
        if (_client.IsValueCreated) _client.Value.Dispose();
    }

    private async Task<GetSecretValueResponse?> GetAsync(string label, CancellationToken ct)
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

    private async Task<KeyStage?> PutAsync(string pem, KeyStage stage, CancellationToken ct)
    {
        await _client.Value.PutSecretValueAsync(
            new PutSecretValueRequest
            {
                SecretId = secretId,
                SecretString = pem,
                ClientRequestToken = NewToken(),
                VersionStages = [Label(stage)],
            },
            ct);
        return stage;
    }

    private Task<CreateSecretResponse> CreateAsync(string pem, CancellationToken ct) =>
        _client.Value.CreateSecretAsync(
            new CreateSecretRequest
            {
                Name = secretId,
                SecretString = pem,
                ClientRequestToken = NewToken(),
                Description = "OAuthServer: RSA key that signs access tokens, PKCS#8 PEM",
            },
            ct);

    private Task<UpdateSecretVersionStageResponse> MoveAsync(
        string label, string? from, string? to, CancellationToken ct) =>
        _client.Value.UpdateSecretVersionStageAsync(
            new UpdateSecretVersionStageRequest
            {
                SecretId = secretId,
                VersionStage = label,
                RemoveFromVersionId = from,
                MoveToVersionId = to,
            },
            ct);

    private async Task<T> GuardAsync<T>(Func<Task<T>> work, CancellationToken ct)
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

    private static string Label(KeyStage stage) => stage switch
    {
        KeyStage.Pending => Pending,
        KeyStage.Current => Current,
        _ => "AWSPREVIOUS",
    };
}
