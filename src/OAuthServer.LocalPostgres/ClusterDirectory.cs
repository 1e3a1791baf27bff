using System.Security.Cryptography;
using System.Text;

namespace OAuthServer.LocalPostgres;

/// <summary>
/// Where one private cluster lives: <c>data/</c> (PostgreSQL's own), <c>password</c> and <c>pgpass</c> (the same for
/// psql; mode 0600), <c>server.conf</c>, <c>server.log</c>, <c>hosts/</c> (who uses it) and <c>start.lock</c> (one at a
/// time starts or stops it).
/// </summary>
internal sealed record ClusterDirectory(string Root)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    public string Data => Path.Combine(Root, "data");

    public string Password => Path.Combine(Root, "password");

    public string PasswordForClients => Path.Combine(Root, "pgpass");

    public string Settings => Path.Combine(Root, "server.conf");

    public string Log => Path.Combine(Root, "server.log");

    public HostRegister Hosts => new(Path.Combine(Root, "hosts"));

    /// <summary>
    /// The wanted directory, or, when the account cannot use it (a checkout below a closed home directory, data that
    /// another user made), one below /var/tmp whose name is the same at every start of this checkout.
    /// Null and a fault when neither can be used.
    /// </summary>
    public static (ClusterDirectory? Directory, string? Fault) Choose(ServerAccount account, string wanted)
    {
        wanted = Path.GetFullPath(wanted);
        if (Prepare(account, wanted)) return (new ClusterDirectory(wanted), null);

        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(wanted)))[..12];
        var shared = Directory.Exists("/var/tmp") ? "/var/tmp" : Path.GetTempPath();
        var fallback = Path.Combine(shared, $"oauthserver-{hash}-{account.Id()}");

        // The parent is open to everyone: make it as the account, closed, or find it so; never trust what someone
        // else put there.
        if (!Path.Exists(fallback)) account.Run("mkdir", "-m", "700", fallback);
        return account.Owns(fallback) && (OperatingSystem.IsWindows() || File.GetUnixFileMode(fallback) == OwnerOnly)
            ? (new ClusterDirectory(fallback), null)
            : (null, $"Neither {wanted} nor {fallback} can be used by the user {account.DisplayName}. "
                + "Remove the second one if it is a leftover, or start from a directory that this user can reach.");
    }

    /// <summary>
    /// Waits until no other process or thread starts or stops this cluster; dispose the answer to let the next one in.
    /// </summary>
    public async Task<IDisposable> LockAsync(CancellationToken ct)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(TimeSpan.FromMinutes(3));
        while (true)
        {
            try
            {
                var file = Path.Combine(Root, "start.lock");
                return new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (!limit.IsCancellationRequested)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(50), limit.Token);
            }
        }
    }

    /// <summary>Writes a file that only the account can read, and that cannot have been placed there before.</summary>
    public static void WritePrivate(ServerAccount account, string path, string text)
    {
        File.Delete(path);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        var utf8 = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
        using (var file = new StreamWriter(path, utf8, options)) file.Write(text);
        account.TakeOver(path);
    }

    /// <summary>The end of the server's log, for a message.</summary>
    public string LastLogLines(int count = 15) =>
        File.Exists(Log) ? string.Join(Environment.NewLine, File.ReadLines(Log).TakeLast(count)) : "";

    private static bool Prepare(ServerAccount account, string wanted)
    {
        try
        {
            if (Directory.Exists(wanted) && Directory.EnumerateFileSystemEntries(wanted).Any())
                return account.Owns(wanted);

            Directory.CreateDirectory(Path.GetDirectoryName(wanted)!);
            if (!account.Reaches(Path.GetDirectoryName(wanted)!)) return false;
            if (OperatingSystem.IsWindows()) Directory.CreateDirectory(wanted);
            else Directory.CreateDirectory(wanted, OwnerOnly);
            account.TakeOver(wanted);
            return account.Owns(wanted);
        }
        catch (Exception refused) when (refused is UnauthorizedAccessException or IOException)
        {
            return false;
        }
    }
}
