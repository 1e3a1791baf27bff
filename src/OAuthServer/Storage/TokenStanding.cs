using Microsoft.EntityFrameworkCore;
using OAuthServer.Protocol;

namespace OAuthServer.Storage;

/// <summary>Whether the table of clients, that of accounts and the list of revoked tokens let a token stand.</summary>
internal sealed class TokenStanding(IDbContextFactory<OAuthDbContext> contexts)
{
    /// <summary>True while nothing has ended an access token that has not expired.</summary>
    /// <param name="id">Its <c>jti</c>.</param>
    /// <param name="clientId">The client that it was issued to.</param>
    /// <param name="userId">The person that it speaks for; null for the client itself.</param>
    /// <param name="ct">Ends the wait.</param>
    public async Task<bool> IsLiveAsync(string id, string clientId, Guid? userId, CancellationToken ct)
    {
        string[] listed = [id, Handle.GrantPart(id)];
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.Clients.AnyAsync(
            client => client.ClientId == clientId && client.DisabledAt == null
                && !db.RevokedTokens.Any(token => listed.Contains(token.Jti) && token.ExpiresAt > DatabaseClock.Now())
                && (userId == null
                    || db.Accounts.Any(account => account.Id == userId && account.DisabledAt == null)),
            ct);
    }
}
