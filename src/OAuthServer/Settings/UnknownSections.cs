namespace OAuthServer.Settings;

/// <summary>
/// Keys of the configuration that were surely meant for one of our sections: whatever else an environment holds is
/// nobody's business.
/// </summary>
internal static class UnknownSections
{
    private const string Connections = "ConnectionStrings";
    private static readonly string[] Databases =
        ["OAuthServer", "OAuthServerListen", "OAuthServerPasswordFile", "OAuthServerPasswordSecret"];

    /// <param name="configuration">All of it.</param>
    /// <param name="sections">Those that exist.</param>
    public static IEnumerable<string> Faults(IConfiguration configuration, IReadOnlyList<BoundSection> sections)
    {
        string[] known = [.. sections.Select(section => section.Path), Connections];
        return
        [
            .. configuration.GetChildren().SelectMany(child => TopLevel(child, known)),
            .. configuration.GetSection(Connections).GetChildren().SelectMany(Connection),
        ];
    }

    private static IEnumerable<string> TopLevel(IConfigurationSection found, string[] known)
    {
        if (known.Contains(found.Key, StringComparer.OrdinalIgnoreCase)) return [];
        // OAuth_Issuer for OAuth__Issuer. In capitals it is somebody else's, such as MAIL_HOST of an orchestrator.
        if (found.Value is not null)
            return known.Where(section => IsOneUnderscore(found.Key, section))
                .Select(section => Underscore(found.Key, section));
        return DidYouMean.Nearest(found.Key, known) is { } meant
            ? [$"{found.Key}: there is no section '{found.Key}'. Did you mean {meant}?"]
            : [];
    }

    private static bool IsOneUnderscore(string key, string section) =>
        key.StartsWith($"{section}_", StringComparison.Ordinal);

    private static string Underscore(string key, string section) =>
        $"{key}: there is no setting '{key}'. Levels are two underscores apart: did you mean "
        + $"{section}__{key[(section.Length + 1)..]}?";

    private static IEnumerable<string> Connection(IConfigurationSection found) =>
        !Databases.Contains(found.Key, StringComparer.OrdinalIgnoreCase)
        && DidYouMean.Nearest(found.Key, Databases) is { } meant
            ? [$"{found.Path}: there is no connection string '{found.Key}'. Did you mean {meant}?"]
            : [];
}
