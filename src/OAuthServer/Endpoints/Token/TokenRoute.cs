using OAuthServer.Protocol;

namespace OAuthServer.Endpoints.Token;

/// <summary>An address of the token endpoint (RFC 6749 §3.2).</summary>
/// <param name="Name">The name of the route, as logs and metrics have it.</param>
/// <param name="Path">One of <see cref="Routes"/>.</param>
/// <param name="ImpliedGrantType">The grant type when none is sent.</param>
internal sealed record TokenRoute(string Name, string Path, string? ImpliedGrantType)
{
    /// <summary>Serves every grant type; the request names it.</summary>
    public static TokenRoute Token { get; } = new("token", Routes.Token, null);

    /// <summary>The refresh grant under an address of its own.</summary>
    public static TokenRoute Refresh { get; } = new("refresh", Routes.Refresh, GrantTypes.RefreshToken);

    /// <summary>Whether this address takes this grant type.</summary>
    public bool Serves(string grantType) => ImpliedGrantType is null || grantType == ImpliedGrantType;
}
