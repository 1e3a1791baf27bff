namespace OAuthServer.Token.Grants;

/// <summary>The grant types served (RFC 6749 §4.1.3, §6).</summary>
internal static class GrantTypes
{
    public const string AuthorizationCode = "authorization_code";
    public const string RefreshToken = "refresh_token";
}

/// <summary>What a grant bought: whose access, with which scope in this access token, and the refresh token to hand out.</summary>
internal sealed record Entitlement(Guid UserId, Guid FamilyId, string Scope, string? RefreshToken)
{
    /// <summary>Holds the refresh token.</summary>
    public override string ToString() => $"entitlement of {UserId}";
}
