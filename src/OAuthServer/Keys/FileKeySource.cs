using System.Collections.Immutable;

namespace OAuthServer.Keys;

/// <summary>
/// Keys as files, for development: <c>pending.pem</c>, <c>current.pem</c>, <c>previous.pem</c> in one folder, so that
/// the name is the stage. Every file appears whole by a rename, is 0600, and the folder is 0700 when it is made here;
/// writers in all processes take turns by a lock file, readers need none. A file that is gone withdraws nothing: what
/// <see cref="RemoveAsync"/> took away is named in <c>withdrawn</c>.
/// </summary>
/// <param name="directory">The folder.</param>
/// <param name="makesFirstKey">See <see cref="MakesFirstKey"/>.</param>
/// <param name="clock">By which files are dated.</param>
internal sealed class FileKeySource(string directory, bool makesFirstKey, TimeProvider clock) : IKeySource
{
    private const string Withdrawn = "withdrawn";

    private readonly KeyFiles _files = new(directory, clock);

    public string Place => _files.Place;

    public bool MakesFirstKey => makesFirstKey;

    public string? StartFault => makesFirstKey || Missing() is not { } missing
        ? null
        : $"There is no {missing} in {directory} (SigningKeys:Directory), and outside Development no server makes one "
            + "by itself: a folder that is not mounted would look the same. Run `OAuthServer keys generate`.";

    public Task<StoredKeys> ReadAsync(CancellationToken ct) => _files.GuardAsync(async () =>
    {
        var keys = new List<StoredKey>();
        var faults = new List<string>();
        foreach (var stage in (KeyStage[])[KeyStage.Pending, KeyStage.Current, KeyStage.Previous])
        {
            if (await ReadStageAsync(stage, faults, ct) is { } key) keys.Add(key);
        }

        return StoredKeys.Of(keys, faults) with { Withdrawn = await ReadWithdrawnAsync(ct) };
    });

    public Task<KeyStage?> AddAsync(string pem, bool onlyFirst, CancellationToken ct) =>
        _files.GuardAsync<KeyStage?>(async () =>
        {
            await using var turn = await _files.LockAsync(ct);
            var first = !_files.Has(NameOf(KeyStage.Current));
            if (onlyFirst && !first) return null;
            var stage = first ? KeyStage.Current : KeyStage.Pending;
            await _files.WriteAsync(NameOf(stage), pem, ct);
            return stage;
        });

    public Task<bool> PromoteAsync(CancellationToken ct) => _files.GuardAsync(async () =>
    {
        if (!_files.FolderExists) return false;
        await using var turn = await _files.LockAsync(ct);
        if (!_files.Has(NameOf(KeyStage.Pending))) return false;

        // First a copy of current becomes previous, then pending replaces current: whoever reads in between, or after
        // a crash in between, finds a current key, and the same key as previous, which counts once.
        if (_files.Has(NameOf(KeyStage.Current)))
        {
            var pem = await File.ReadAllTextAsync(_files.PathOf(NameOf(KeyStage.Current)), ct);
            await _files.WriteAsync(NameOf(KeyStage.Previous), pem, ct);
        }

        _files.Move(NameOf(KeyStage.Pending), NameOf(KeyStage.Current));
        return true;
    });

    public Task<bool> RemoveAsync(string keyId, CancellationToken ct) => _files.GuardAsync(async () =>
    {
        if (!_files.FolderExists) return false;
        await using var turn = await _files.LockAsync(ct);
        var removed = false;
        foreach (var stage in (KeyStage[])[KeyStage.Pending, KeyStage.Previous])
        {
            using var key = (await ReadStageAsync(stage, [], ct))?.Key;
            if (key?.KeyId != keyId) continue;
            if (!removed) await NoteWithdrawnAsync(keyId, ct);
            _files.Delete(NameOf(stage));
            removed = true;
        }

        return removed;
    });

    // What a server needs, and cannot have been lost by a rename.
    private string? Missing() => ((string[])[NameOf(KeyStage.Current), FileServerSecretSource.Current])
        .FirstOrDefault(name => !_files.Has(name));

    private async Task<ImmutableHashSet<string>> ReadWithdrawnAsync(CancellationToken ct)
    {
        try
        {
            return [.. await File.ReadAllLinesAsync(_files.PathOf(Withdrawn), ct)];
        }
        catch (Exception none) when (none is FileNotFoundException or DirectoryNotFoundException)
        {
            return [];
        }
    }

    private async Task NoteWithdrawnAsync(string keyId, CancellationToken ct) => await _files.WriteAsync(
        Withdrawn, string.Join('\n', (await ReadWithdrawnAsync(ct)).Add(keyId)) + "\n", ct);

    private async Task<StoredKey?> ReadStageAsync(KeyStage stage, List<string> faults, CancellationToken ct)
    {
        var name = NameOf(stage);
        try
        {
            if (await _files.ReadAsync(name, ct) is not { } file) return null;
            if (SigningKey.TryFromPem(file.Text, out var key, out var fault)) return At(stage, key, file.Written);
            faults.Add($"{name}: {fault}");
        }
        catch (KeyStoreException tooLarge)
        {
            faults.Add(tooLarge.Message);
        }

        return null;
    }

    // A previous file is written at promotion, which is not when its key was made.
    private static StoredKey At(KeyStage stage, SigningKey key, DateTimeOffset written) =>
        stage == KeyStage.Previous
            ? new StoredKey(stage, key, null, written)
            : new StoredKey(stage, key, written);

    private static string NameOf(KeyStage stage) => stage switch
    {
        KeyStage.Pending => "pending.pem",
        KeyStage.Current => "current.pem",
        _ => "previous.pem",
    };
}
