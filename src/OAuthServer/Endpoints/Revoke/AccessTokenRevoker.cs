using Microsoft.Extensions.Options;
using OAuthServer.Clients;
using OAuthServer.Protocol;
using OAuthServer.Settings;
using OAuthServer.Storage;

namespace OAuthServer.Endpoints.Revoke;

/// <summary>Revokes one access token (RFC 7009 §2.1): it is listed until it expires.</summary>
internal sealed class AccessTokenRevoker(
    AccessTokenReader reader, RevokedTokens revoked, IOptions<OAuthOptions> options)
{
    /// <summary>Null when the token is no longer valid, whatever it was before; else the refusal.</summary>
    public async Task<OAuthError?> RevokeAsync(Client client, RevokeRequest request, CancellationToken ct)
    {
        if (!options.Value.AccessTokenRevocation)
        {
            return new OAuthError(
                "unsupported_token_type",
                "Access tokens cannot be revoked here; they expire soon.",
                Reasons.AccessTokenRevocationOff)
            {
                About = new(client.Id),
            };
        }

        // Never a 200 for a token that may be one of ours (RFC 7009 §2.2.1).
        if (!reader.CanVerify) return OAuthError.TemporarilyUnavailable(Reasons.SigningKeyMissing);
        if (await reader.ReadAsync(request.Token) is not { } token) return null;
        if (token.ClientId != client.Id)
        {
            var about = new RefusalSubject(client.Id, token.Subject);
            return OAuthError.InvalidGrant(Reasons.TokenOfAnotherClient) with { About = about };
        }

        await revoked.AddAsync(token.Id, client.Id, token.Subject, request.Audit, ct);
        return null;
    }
}
