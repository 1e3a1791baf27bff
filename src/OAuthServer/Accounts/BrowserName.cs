namespace OAuthServer.Accounts;

/// <summary>
/// Browser and system in words, so that a person knows which of their sessions is which. What a browser says of itself
/// is taken for no more than that.
/// </summary>
internal static class BrowserName
{
    private const string SomeBrowser = "A browser";

    // The first that occurs counts: most of them name others too.
    private static readonly (string Sign, string Name)[] Browsers =
    [
        ("Edg/", "Edge"), ("EdgA/", "Edge"), ("EdgiOS/", "Edge"), ("OPR/", "Opera"), ("Vivaldi/", "Vivaldi"),
        ("SamsungBrowser/", "Samsung Internet"), ("FxiOS/", "Firefox"), ("Firefox/", "Firefox"), ("CriOS/", "Chrome"),
        ("Chromium/", "Chromium"), ("Chrome/", "Chrome"), ("Safari/", "Safari"),
    ];

    private static readonly (string Sign, string Name)[] Systems =
    [
        ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("CrOS", "ChromeOS"), ("Windows", "Windows"),
        ("Mac OS X", "Mac"), ("Macintosh", "Mac"), ("Linux", "Linux"),
    ];

    /// <summary>Such as "Firefox on Windows".</summary>
    /// <param name="userAgent">What the browser sent.</param>
    public static string Of(string? userAgent)
    {
        var browser = First(Browsers, userAgent) ?? SomeBrowser;
        return First(Systems, userAgent) is { } system ? $"{browser} on {system}" : browser;
    }

    /// <summary>The two names in what <see cref="Of"/> made; null for what the browser did not say.</summary>
    public static (string? Browser, string? System) Parts(string device)
    {
        var parts = device.Split(" on ", 2);
        return (parts[0] == SomeBrowser ? null : parts[0], parts.Length == 2 ? parts[1] : null);
    }

    private static string? First((string Sign, string Name)[] known, string? userAgent) =>
        userAgent is null
            ? null
            : Array.Find(known, one => userAgent.Contains(one.Sign, StringComparison.Ordinal)).Name;
}
