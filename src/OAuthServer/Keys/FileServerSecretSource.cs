namespace OAuthServer.Keys;

/// <summary>
/// The server secret as the files <c>server-secret</c> and <c>server-secret.previous</c> in the folder of the key
/// files.
/// </summary>
/// <param name="directory">The folder.</param>
/// <param name="clock">By which files are dated.</param>
internal sealed class FileServerSecretSource(string directory, TimeProvider clock) : IServerSecretSource
{
    public const string Current = "server-secret";
    public const string Previous = "server-secret.previous";

    private readonly KeyFiles _files = new(directory, clock);

    public string Place => _files.Place;

    public Task<ServerSecrets?> ReadAsync(CancellationToken ct) => _files.GuardAsync<ServerSecrets?>(async () =>
    {
        // Previous first: a rotation in between is then seen twice, never missed.
        var previous = await ReadAsync(Previous, ct);
        return await ReadAsync(Current, ct) is { } current
            ? new ServerSecrets(current.Secret, Other(previous?.Secret, current.Secret), current.Written)
            : null;
    });

    public Task<bool> AddFirstAsync(string secret, CancellationToken ct) => _files.GuardAsync(async () =>
    {
        await using var turn = await _files.LockAsync(ct);
        if (_files.Has(Current)) return false;
        await WriteAsync(secret, ct);
        return true;
    });

    public Task RotateAsync(string secret, bool keepPrevious, CancellationToken ct) => _files.GuardAsync(async () =>
    {
        await using var turn = await _files.LockAsync(ct);
        if (!keepPrevious) _files.Delete(Previous);
        else if (await _files.ReadAsync(Current, ct) is { } current)
            await _files.WriteAsync(Previous, current.Text, ct);
        await WriteAsync(secret, ct);
        return true;
    });

    private static ServerSecret? Other(ServerSecret? previous, ServerSecret current) =>
        previous?.Id == current.Id ? null : previous;

    private async Task<(ServerSecret Secret, DateTimeOffset Written)?> ReadAsync(string name, CancellationToken ct)
    {
        if (await _files.ReadAsync(name, ct) is not { } file) return null;
        return ServerSecret.TryParse(file.Text, out var secret, out var fault)
            ? (secret, file.Written)
            : throw new KeyStoreException($"{name} in {directory} cannot be used: {fault}");
    }

    private Task WriteAsync(string secret, CancellationToken ct) => _files.WriteAsync(Current, secret + "\n", ct);
}
