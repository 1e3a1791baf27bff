namespace OAuthServer.Protocol;

/// <summary>
/// Scopes of the server itself, which speak of the person and belong to no API (OpenID Connect Core §5.4, §11).
/// </summary>
internal static class PersonScopes
{
    public const string OpenId = "openid";
    public const string Profile = "profile";
    public const string Email = "email";
    public const string Phone = "phone";
    public const string Address = "address";
    public const string OfflineAccess = "offline_access";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } = [OpenId, Profile, Email, Phone, Address, OfflineAccess];

    /// <summary>Whether a scope parameter, as it came, makes an OpenID request (Core §3.1.2.1).</summary>
    public static bool IsOpenId(string? scope) =>
        scope is not null && scope.Split(' ').Contains(OpenId, StringComparer.Ordinal);
}
