namespace OAuthServer.Protocol;

/// <summary>
/// How surely a person was recognised: the values of <c>acr</c> (OpenID Connect Core §2, RFC 9470 §4), weakest first.
/// </summary>
internal static class Levels
{
    /// <summary>One factor.</summary>
    public const string OneFactor = "1fa";

    /// <summary>Two factors of different kinds: a password and something the person has, or a passkey.</summary>
    public const string TwoFactors = "2fa";

    /// <summary>Those that somebody can reach here.</summary>
    public static IReadOnlyList<string> All { get; } = [OneFactor, TwoFactors];

    /// <summary>The weakest of those named that exist here, which is enough; null when none does.</summary>
    public static string? WeakestOf(IEnumerable<string> named) =>
        All.FirstOrDefault(level => named.Contains(level, StringComparer.Ordinal));
}
