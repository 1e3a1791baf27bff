using System.Diagnostics;
using System.Globalization;
using OAuthServer.Protocol;

namespace OAuthServer.Testing;

/// <summary>
/// A folder far from the checkout for hosts that run as processes of their own; <c>.data</c> below it holds what they
/// make. Gone afterwards, with any PostgreSQL that still runs there.
/// </summary>
public sealed class ContentRoot : IAsyncDisposable
{
    public ContentRoot()
    {
        Directory.CreateDirectory(Path);
        foreach (var settings in Directory.EnumerateFiles(AppContext.BaseDirectory, "appsettings*.json"))
        {
            File.Copy(settings, System.IO.Path.Combine(Path, System.IO.Path.GetFileName(settings)));
        }
    }

    // Not the temporary folder of a user: PostgreSQL may run as another user, who must be able to get there.
    public string Path { get; } = System.IO.Path.Combine(
        OperatingSystem.IsWindows() ? System.IO.Path.GetTempPath() : "/tmp",
        $"oauthserver-host-{Environment.ProcessId}-{Handle.NewId():N}");

    /// <summary>PostgreSQL's main process, or null when there is none.</summary>
    public int? Postmaster()
    {
        var file = System.IO.Path.Combine(Path, ".data", "postgres", "data", "postmaster.pid");
        if (!File.Exists(file)) return null;
        var id = int.Parse(File.ReadLines(file).First(), CultureInfo.InvariantCulture);
        return HostProcess.IsRunning(id) ? id : null;
    }

    public async ValueTask DisposeAsync()
    {
        if (Postmaster() is { } left)
        {
            using var postmaster = Process.GetProcessById(left);
            postmaster.Kill(entireProcessTree: true);
            await postmaster.WaitForExitAsync();
        }

        Directory.Delete(Path, recursive: true);
    }
}
