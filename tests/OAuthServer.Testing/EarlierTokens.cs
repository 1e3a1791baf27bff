using OAuthServer.Protocol;
using OAuthServer.Storage;

namespace OAuthServer.Testing;

/// <summary>Refresh tokens as servers before schema 013 stored them: a row for each in <c>oauth_refresh_tokens</c>.</summary>
public static class EarlierTokens
{
    /// <summary>Stores tokens of one new family, all used but the last, for the person and client of a session.</summary>
    /// <param name="database">The database.</param>
    /// <param name="session">A token answer whose person, client and scope the family gets.</param>
    /// <param name="nonce">What made each token from the one before it; null when no answer of theirs is asked for again.</param>
    /// <param name="tokens">The tokens, the oldest first.</param>
    public static async Task StoreEarlierAsync(this TestDatabase database, Reply session, byte[]? nonce, params string[] tokens)
    {
        var family = Handle.NewId();
        foreach (var token in tokens)
        {
            await database.ExecuteAsync(
                """
                INSERT INTO oauth_refresh_tokens (token, client_id, user_id, family_id, family_expires_at, scope, expires_at, successor_nonce, used_at)
                SELECT $2, client_id, user_id, $3, family_expires_at, scope, expires_at, CASE WHEN $5 THEN $4::bytea END, CASE WHEN $5 THEN now() END
                FROM oauth_refresh_token_families WHERE handle = $1
                """,
                RefreshTokenValue.FamilyKey(session.RefreshToken!)!, RefreshTokenValue.EarlierKey(token), family, nonce ?? [], token != tokens[^1]);
        }
    }
}
