namespace OAuthServer.Bench.Servers;

/// <summary>Where a server answers; null when it has no such endpoint.</summary>
/// <param name="FirstRefreshToken">Gives a refresh token without a flow (the floor has no authorization endpoint).</param>
internal sealed record ServerRoutes(
    string Ready, string? Authorize = null, string? Token = null, string? Refresh = null, string? Revoke = null, string? Metadata = null, string? Keys = null,
    string? FirstRefreshToken = null);
