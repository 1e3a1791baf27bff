using OAuthServer.Protocol;

namespace OAuthServer.Endpoints.Token;

/// <summary>An address of the token endpoint (RFC 6749 §3.2).</summary>
/// <param name="Name">The name of the route, as logs and metrics have it.</param>
/// <param name="ImpliedGrantType">The grant type when none is sent.</param>
internal sealed record TokenRoute(string Name, string? ImpliedGrantType)
{
    /// <summary>Serves every grant type, and wants to be told which.</summary>
    public static TokenRoute Token { get; } = new("token", null);

    /// <summary>The refresh grant under an address of its own.</summary>
    public static TokenRoute Refresh { get; } = new("refresh", GrantTypes.RefreshToken);

    /// <summary>Whether this address takes this grant type.</summary>
    public bool Serves(string grantType) => ImpliedGrantType is null || grantType == ImpliedGrantType;
}
