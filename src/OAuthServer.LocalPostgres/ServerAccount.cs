using System.ComponentModel;
using System.Diagnostics;

namespace OAuthServer.LocalPostgres;

/// <summary>
/// The user that PostgreSQL's programs run as: us, except that PostgreSQL refuses to run as root, so root hands over
/// to an unprivileged user. <paramref name="Name"/> is null when it is us.
/// </summary>
internal sealed record ServerAccount(string? Name)
{
    // No link, a directory, its owner, may write, may enter.
    private const string OwnsScript =
        """[ ! -L "$1" ] && [ -d "$1" ] && [ -O "$1" ] && [ -w "$1" ] && [ -x "$1" ]""";

    private static readonly string[] Unprivileged = ["postgres", "nobody"];
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>The user that this process runs as.</summary>
    public static ServerAccount Own { get; } = new((string?)null);

    /// <summary>Its name, for messages.</summary>
    public string DisplayName => Name ?? Environment.UserName;

    /// <summary>The account to use, or null when we are root and there is no one to hand over to.</summary>
    public static ServerAccount? Choose()
    {
        if (OperatingSystem.IsWindows() || !Environment.IsPrivilegedProcess) return Own;
        return Unprivileged.Where(Exists).Select(name => new ServerAccount(name)).FirstOrDefault();
    }

    /// <summary>The numeric id of the user; on Windows, its name.</summary>
    public string Id() => OperatingSystem.IsWindows() ? Environment.UserName : Run("id", "-u").Output.Trim();

    /// <summary>Whether the user owns this directory and can enter and write it.</summary>
    public bool Owns(string directory) => OperatingSystem.IsWindows()
        || Run("sh", "-c", OwnsScript, "sh", directory).Ok;

    /// <summary>Whether the user can reach this existing path at all.</summary>
    public bool Reaches(string directory) =>
        OperatingSystem.IsWindows() || Run("sh", "-c", "[ -x \"$1\" ]", "sh", directory).Ok;

    /// <summary>Gives a file or directory that we just made to the user.</summary>
    public void TakeOver(string path)
    {
        if (Name is not null) Own.Run("chown", "-h", Name, path);
    }

    /// <summary>
    /// Runs a program as this user and waits for it. A program that cannot be started is a failure like any other.
    /// </summary>
    public ToolResult Run(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            // The user may not be able to enter our own directory, and PostgreSQL's programs look at theirs.
            WorkingDirectory = OperatingSystem.IsWindows() ? Environment.SystemDirectory : "/",
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        start.Environment["LC_ALL"] = "C";
        if (Name is not null) start.UserName = Name;
        try
        {
            using var process = Process.Start(start)!;
            var output = Task.WhenAll(ReadAsync(process.StandardOutput), ReadAsync(process.StandardError));
            if (!process.WaitForExit(Patience))
            {
                process.Kill(entireProcessTree: true);
                return new ToolResult(-1, $"{program} did not finish within {Patience.TotalSeconds:0} seconds");
            }

            // On Windows the server inherits these pipes and never closes them.
            var isRead = output.Wait(TimeSpan.FromSeconds(2));
            return new ToolResult(process.ExitCode, isRead ? string.Concat(output.Result) : "");
        }
        catch (Win32Exception failure)
        {
            return new ToolResult(-1, $"{program}: {failure.Message}");
        }
    }

    // On threads of their own: this one waits, and a busy pool may have none to spare.
    private static Task<string> ReadAsync(StreamReader reader) =>
        Task.Factory.StartNew(
            reader.ReadToEnd, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private static bool Exists(string user) => Own.Run("id", "-u", user).Ok;
}

/// <summary>How a program ended, and what it printed.</summary>
internal sealed record ToolResult(int ExitCode, string Output)
{
    public bool Ok => ExitCode == 0;
}
