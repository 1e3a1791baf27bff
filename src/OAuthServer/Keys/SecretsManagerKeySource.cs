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
    private readonly ManagedSecret _secret =
        new(connect, secretId, "OAuthServer: RSA key that signs access tokens, PKCS#8 PEM");

    public string Place => _secret.Place;

    public bool MakesFirstKey => false;

    public Task<StoredKeys> ReadAsync(CancellationToken ct) => _secret.GuardAsync(async () =>
    {
        var keys = new List<StoredKey>();
        var faults = new List<string>();
        foreach (var stage in (KeyStage[])[KeyStage.Pending, KeyStage.Current, KeyStage.Previous])
        {
            var label = Label(stage);
            if (await _secret.GetAsync(label, ct) is not { } version)
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
        _secret.GuardAsync<KeyStage?>(async () =>
        {
            if (await _secret.GetAsync(ManagedSecret.Current, ct) is not null)
            {
                return onlyFirst ? null : await PutAsync(pem, KeyStage.Pending, ct);
            }

            try
            {
                await _secret.CreateAsync(pem, ct);
                return KeyStage.Current;
            }
            catch (ResourceExistsException)
            {
                // A secret without a value, or one made this instant by someone else, whose key must not be overtaken.
                if (await _secret.GetAsync(ManagedSecret.Current, ct) is null)
                    return await PutAsync(pem, KeyStage.Current, ct);
                return onlyFirst ? null : await PutAsync(pem, KeyStage.Pending, ct);
            }
        }, ct);

    public Task<bool> PromoteAsync(CancellationToken ct) => _secret.GuardAsync(async () =>
    {
        var pending = await _secret.GetAsync(ManagedSecret.Pending, ct);
        var current = await _secret.GetAsync(ManagedSecret.Current, ct);
        if (pending is null || pending.VersionId == current?.VersionId) return false;

        // The service moves AWSPREVIOUS along by itself, in the same step. It refuses when someone else promoted
        // first.
        await _secret.MoveAsync(ManagedSecret.Current, current?.VersionId, pending.VersionId, ct);
        await _secret.MoveAsync(ManagedSecret.Pending, pending.VersionId, null, ct);
        return true;
    }, ct);

    public Task<bool> RemoveAsync(string keyId, CancellationToken ct) => _secret.GuardAsync(async () =>
    {
        var removed = false;
        foreach (var stage in (KeyStage[])[KeyStage.Pending, KeyStage.Previous])
        {
            if (await _secret.GetAsync(Label(stage), ct) is not { } version) continue;
            if (!SigningKey.TryFromPem(version.SecretString, out var key, out _)) continue;
            using (key)
            {
                if (key.KeyId != keyId) continue;
            }

            // A version without a label is deprecated: nobody gets it by a stage, and the service deletes it in time.
            // It refuses when the label has moved to another version meanwhile.
            await _secret.MoveAsync(Label(stage), version.VersionId, null, ct);
            removed = true;
        }

        return removed;
    }, ct);

    public void Dispose() => _secret.Dispose();

    private async Task<KeyStage?> PutAsync(string pem, KeyStage stage, CancellationToken ct)
    {
        await _secret.PutAsync(pem, Label(stage), ct);
        return stage;
    }

    private static string Label(KeyStage stage) => stage switch
    {
        KeyStage.Pending => ManagedSecret.Pending,
        KeyStage.Current => ManagedSecret.Current,
        _ => ManagedSecret.Previous,
    };
}
