namespace OAuthServer.Protocol;

/// <summary>
/// How surely a person was recognised: the values of <c>acr</c> (OpenID Connect Core §2, RFC 9470 §4), weakest first,
/// and of <c>amr</c> (RFC 8176 §2).
/// </summary>
internal static class Levels
{
    /// <summary>One factor.</summary>
    public const string OneFactor = "1fa";

    /// <summary>A password was typed.</summary>
    public const string Password = "pwd";

    /// <summary>Those that somebody can reach here.</summary>
    public static IReadOnlyList<string> All { get; } = [OneFactor];
}
