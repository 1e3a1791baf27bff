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

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const int LargestFile = 64 * 1024;
    private static readonly TimeSpan LockPatience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LockRetry = TimeSpan.FromMilliseconds(20);

    public string Place => $"key files in {directory}";

    public bool MakesFirstKey => makesFirstKey;

    public string? StartFault => makesFirstKey || File.Exists(PathOf(KeyStage.Current))
        ? null
        : $"There is no current.pem in {directory} (SigningKeys:Directory), and outside Development no server makes a "
            + "key by itself: a folder that is not mounted would look the same. Run `OAuthServer keys generate`.";

    public Task<StoredKeys> ReadAsync(CancellationToken ct) => GuardAsync(async () =>
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
        GuardAsync<KeyStage?>(async () =>
        {
            MakeDirectory();
            await using var turn = await LockAsync(ct);
            var first = !File.Exists(PathOf(KeyStage.Current));
            if (onlyFirst && !first) return null;
            var stage = first ? KeyStage.Current : KeyStage.Pending;
            await WriteAsync(PathOf(stage), pem, ct);
            return stage;
        });

    public Task<bool> PromoteAsync(CancellationToken ct) => GuardAsync(async () =>
    {
        if (!Directory.Exists(directory)) return false;
        await using var turn = await LockAsync(ct);
        if (!File.Exists(PathOf(KeyStage.Pending))) return false;

        // First a copy of current becomes previous, then pending replaces current: whoever reads in between, or after
        // a crash in between, finds a current key, and the same key as previous, which counts once.
        if (File.Exists(PathOf(KeyStage.Current)))
        {
            var pem = await File.ReadAllTextAsync(PathOf(KeyStage.Current), ct);
            await WriteAsync(PathOf(KeyStage.Previous), pem, ct);
        }

        File.Move(PathOf(KeyStage.Pending), PathOf(KeyStage.Current), overwrite: true);
        return true;
    });

    public Task<bool> RemoveAsync(string keyId, CancellationToken ct) => GuardAsync(async () =>
    {
        if (!Directory.Exists(directory)) return false;
        await using var turn = await LockAsync(ct);
        var removed = false;
        foreach (var stage in (KeyStage[])[KeyStage.Pending, KeyStage.Previous])
        {
            using var key = (await ReadStageAsync(stage, [], ct))?.Key;
            if (key?.KeyId != keyId) continue;
            if (!removed) await NoteWithdrawnAsync(keyId, ct);
            File.Delete(PathOf(stage));
            removed = true;
        }

        return removed;
    });

    private async Task<ImmutableHashSet<string>> ReadWithdrawnAsync(CancellationToken ct)
    {
        try
        {
            return [.. await File.ReadAllLinesAsync(Path.Combine(directory, Withdrawn), ct)];
        }
        catch (Exception none) when (none is FileNotFoundException or DirectoryNotFoundException)
        {
            return [];
        }
    }

    private async Task NoteWithdrawnAsync(string keyId, CancellationToken ct) => await WriteAsync(
        Path.Combine(directory, Withdrawn), string.Join('\n', (await ReadWithdrawnAsync(ct)).Add(keyId)) + "\n", ct);

    private async Task<StoredKey?> ReadStageAsync(KeyStage stage, List<string> faults, CancellationToken ct)
    {
        var file = new FileInfo(PathOf(stage));
        if (!file.Exists) return null;
        if (file.Length > LargestFile)
        {
            faults.Add($"{file.Name} is too large to be a key");
            return null;
        }

        string pem;
        try
        {
            pem = await File.ReadAllTextAsync(file.FullName, ct);
        }
        catch (FileNotFoundException)
        {
            // Promoted since: it is met again at its next stage.
            return null;
        }

        if (SigningKey.TryFromPem(pem, out var key, out var fault)) return At(stage, key, file);
        faults.Add($"{file.Name}: {fault}");
        return null;
    }

    // A previous file is written at promotion, which is not when its key was made.
    private static StoredKey At(KeyStage stage, SigningKey key, FileInfo file)
    {
        var written = new DateTimeOffset(file.LastWriteTimeUtc, TimeSpan.Zero);
        return stage == KeyStage.Previous
            ? new StoredKey(stage, key, null, written)
            : new StoredKey(stage, key, written);
    }

    private string PathOf(KeyStage stage) => Path.Combine(directory, stage switch
    {
        KeyStage.Pending => "pending.pem",
        KeyStage.Current => "current.pem",
        _ => "previous.pem",
    });

    private void MakeDirectory()
    {
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(directory);
        else Directory.CreateDirectory(directory, OwnerOnly | UnixFileMode.UserExecute);
    }

    private async Task WriteAsync(string path, string content, CancellationToken ct)
    {
        var draft = path + ".new";
        File.Delete(draft);
        await using (var file = new FileStream(draft, Options(FileMode.CreateNew)))
        {
            await using var text = new StreamWriter(file, leaveOpen: true);
            await text.WriteAsync(content.AsMemory(), ct);
            await text.FlushAsync(ct);
            file.Flush(flushToDisk: true);
        }

        // By the clock that the age is measured with, and not by that of a file server.
        File.SetLastWriteTimeUtc(draft, clock.GetUtcNow().UtcDateTime);
        File.Move(draft, path, overwrite: true);
    }

    private async Task<FileStream> LockAsync(CancellationToken ct)
    {
        var started = clock.GetTimestamp();
        while (true)
        {
            try
            {
                return new FileStream(Path.Combine(directory, ".lock"), Options(FileMode.OpenOrCreate));
            }
            catch (IOException) when (clock.GetElapsedTime(started) < LockPatience)
            {
                await Task.Delay(LockRetry, clock, ct);
            }
        }
    }

    private static FileStreamOptions Options(FileMode mode)
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.ReadWrite, Share = FileShare.None };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = OwnerOnly;
        return options;
    }

    private async Task<T> GuardAsync<T>(Func<Task<T>> work)
    {
        try
        {
            return await work();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new KeyStoreException($"{Place} cannot be used: {failure.Message}", failure);
        }
    }
}
