namespace OAuthServer.Keys;

/// <summary>
/// A folder of small secret files. Every file appears whole by a rename, is 0600, and the folder is 0700 when it is
/// made here; writers in all processes take turns by a lock file, readers need none.
/// </summary>
/// <param name="directory">The folder.</param>
/// <param name="clock">By which files are dated.</param>
internal sealed class KeyFiles(string directory, TimeProvider clock)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const int LargestFile = 64 * 1024;
    private static readonly TimeSpan LockPatience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LockRetry = TimeSpan.FromMilliseconds(20);

    public string Place => $"key files in {directory}";

    public string Folder => directory;

    public bool FolderExists => Directory.Exists(directory);

    public string PathOf(string name) => Path.Combine(directory, name);

    public bool Has(string name) => File.Exists(PathOf(name));

    /// <summary>The text of a file and when it was written; null when there is none.</summary>
    /// <exception cref="KeyStoreException">It is too large to be a key.</exception>
    public async Task<(string Text, DateTimeOffset Written)?> ReadAsync(string name, CancellationToken ct)
    {
        var file = new FileInfo(PathOf(name));
        if (!file.Exists) return null;
        if (file.Length > LargestFile) throw new KeyStoreException($"{name} is too large to be a key");
        try
        {
            return (await File.ReadAllTextAsync(file.FullName, ct), new(file.LastWriteTimeUtc, TimeSpan.Zero));
        }
        catch (FileNotFoundException)
        {
            // Promoted since: it is met again at its next stage.
            return null;
        }
    }

    public async Task WriteAsync(string name, string content, CancellationToken ct)
    {
        var draft = PathOf(name) + ".new";
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
        File.Move(draft, PathOf(name), overwrite: true);
    }

    public void Move(string from, string to) => File.Move(PathOf(from), PathOf(to), overwrite: true);

    public void Delete(string name) => File.Delete(PathOf(name));

    /// <summary>Waits for its turn to write, which lasts until the answer is disposed of.</summary>
    public async Task<IAsyncDisposable> LockAsync(CancellationToken ct)
    {
        MakeFolder();
        var started = clock.GetTimestamp();
        while (true)
        {
            try
            {
                return new FileStream(PathOf(".lock"), Options(FileMode.OpenOrCreate));
            }
            catch (IOException) when (clock.GetElapsedTime(started) < LockPatience)
            {
                await Task.Delay(LockRetry, clock, ct);
            }
        }
    }

    /// <summary>Does work whose failure is one of the store.</summary>
    public async Task<T> GuardAsync<T>(Func<Task<T>> work)
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

    private void MakeFolder()
    {
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(directory);
        else Directory.CreateDirectory(directory, OwnerOnly | UnixFileMode.UserExecute);
    }

    private static FileStreamOptions Options(FileMode mode)
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.ReadWrite, Share = FileShare.None };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = OwnerOnly;
        return options;
    }
}
