namespace OAuthServer.Endpoints.Token;

/// <summary>What an access token says beyond issuer, audience and times (RFC 9068 §2.2).</summary>
internal sealed record AccessTokenClaims(Guid Subject, string ClientId, string Scope, Guid GrantId);
