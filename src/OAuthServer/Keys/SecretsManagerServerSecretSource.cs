using OAuthServer.Keys.SecretsManager;

namespace OAuthServer.Keys;

/// <summary>
/// The server secret as versions of a secret of its own in AWS Secrets Manager: <c>AWSCURRENT</c> and
/// <c>AWSPREVIOUS</c>.
/// </summary>
/// <param name="connect">Makes the client at first use.</param>
/// <param name="secretId">Name or ARN of the secret.</param>
internal sealed class SecretsManagerServerSecretSource(Func<AmazonSecretsManagerClient> connect, string secretId)
    : IServerSecretSource, IDisposable
{
    private readonly ManagedSecret _secret =
        new(connect, secretId, "OAuthServer: 256 random bits from which keys are derived, base64url");

    public string Place => _secret.Place;

    public Task<ServerSecrets?> ReadAsync(CancellationToken ct) => _secret.GuardAsync<ServerSecrets?>(async () =>
    {
        // Previous first: a rotation in between is then seen twice, never missed.
        var previous = await ReadAsync(ManagedSecret.Previous, ct);
        return await ReadAsync(ManagedSecret.Current, ct) is { } current
            ? new ServerSecrets(current.Secret, previous?.Secret, current.Created)
            : null;
    }, ct);

    public Task<bool> AddFirstAsync(string secret, CancellationToken ct) => _secret.GuardAsync(async () =>
    {
        if (await _secret.GetAsync(ManagedSecret.Current, ct) is not null) return false;
        try
        {
            await _secret.CreateAsync(secret, ct);
        }
        catch (ResourceExistsException)
        {
            // A secret without a value, or one made this instant by someone else, which must not be overtaken.
            if (await _secret.GetAsync(ManagedSecret.Current, ct) is not null) return false;
            await _secret.PutAsync(secret, ManagedSecret.Current, ct);
        }

        return true;
    }, ct);

    public Task RotateAsync(string secret, bool keepPrevious, CancellationToken ct) => _secret.GuardAsync(async () =>
    {
        await _secret.PutAsync(secret, ManagedSecret.Current, ct);
        if (!keepPrevious && await _secret.GetAsync(ManagedSecret.Previous, ct) is { } leaked)
            await _secret.MoveAsync(ManagedSecret.Previous, leaked.VersionId, null, ct);
        return true;
    }, ct);

    public void Dispose() => _secret.Dispose();

    private async Task<(ServerSecret Secret, DateTimeOffset? Created)?> ReadAsync(string label, CancellationToken ct)
    {
        if (await _secret.GetAsync(label, ct) is not { } version) return null;
        return ServerSecret.TryParse(version.SecretString ?? "", out var secret, out var fault)
            ? (secret, version.CreatedDate)
            : throw new KeyStoreException($"{label} of {Place} cannot be used: {fault}");
    }
}
