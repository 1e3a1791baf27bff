using System.Globalization;
using OAuthServer.Testing;

namespace OAuthServer.OperatorTests.Hosting;

/// <summary>Settings are read once, and no file is watched: a machine has few inotify instances.</summary>
public sealed class SettingsOnceTests(ContentRoot root) : IClassFixture<ContentRoot>
{
    [Fact]
    public async Task A_running_server_watches_no_file()
    {
        if (!OperatingSystem.IsLinux()) return;
        await using var host = await HostProcess.StartAsync(root);

        var open = Directory.EnumerateFiles(string.Create(CultureInfo.InvariantCulture, $"/proc/{host.Id}/fd"))
            .Select(file => new FileInfo(file).LinkTarget).OfType<string>().ToList();

        Assert.Contains(open, target => target.StartsWith("socket:", StringComparison.Ordinal));
        Assert.DoesNotContain(open, target => target.Contains("inotify", StringComparison.Ordinal));
    }
}
