using OAuthServer.Clients;
using OAuthServer.Endpoints.Discovery;
using OAuthServer.Endpoints.Revoke;
using OAuthServer.Storage;

namespace OAuthServer.Endpoints.Introspect;

/// <summary>
/// Whether an access token that has not expired still counts. From memory where that is as good as the database: the
/// list of revoked tokens is at most a quarter of a second old, and clients are dropped by notification. While none
/// arrive, and before the first did, the database is asked (docs/decisions/031-introspection-from-memory.md).
/// </summary>
internal sealed class TokenLife(
    ClientDirectory clients, ClientChangeListener changes, RevocationList revoked, TokenStanding standing)
{
    public async ValueTask<bool> IsLiveAsync(IssuedAccessToken token, CancellationToken ct)
    {
        if (!changes.IsHeard) return await standing.IsLiveAsync(token.Id, token.ClientId, token.Subject, ct);
        return await clients.FindAsync(token.ClientId, ct) is not null && !await revoked.HasAsync(token.Id, ct);
    }
}
