using Microsoft.Playwright;

namespace OAuthServer.BrowserTests;

/// <summary>
/// The browser on this machine: the one named by <c>CHROMIUM</c>, or one in the usual places. Nothing is downloaded.
/// </summary>
internal static class Chromium
{
    private static readonly string[] Usual =
    [
        "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome", "/usr/bin/google-chrome-stable",
    ];

    /// <summary>Where it is; null when there is none.</summary>
    public static string? Path { get; } = Usual.Prepend(Environment.GetEnvironmentVariable("CHROMIUM"))
        .FirstOrDefault(File.Exists);

    /// <summary>Starts it without its own calls to the network.</summary>
    public static Task<IBrowser> LaunchAsync(IPlaywright playwright) =>
        playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = Path,
            Args =
            [
                "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
                "--disable-component-update", "--disable-sync",
            ],
        });
}
