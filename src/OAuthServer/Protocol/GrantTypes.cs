namespace OAuthServer.Protocol;

/// <summary>The grant types served (RFC 6749 §4.1.3, §4.4.2, §6).</summary>
internal static class GrantTypes
{
    public const string AuthorizationCode = "authorization_code";
    public const string RefreshToken = "refresh_token";
    public const string ClientCredentials = "client_credentials";
}
