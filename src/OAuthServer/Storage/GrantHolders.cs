using Npgsql;
using OAuthServer.Audit;
using OAuthServer.Protocol;

namespace OAuthServer.Storage;

/// <summary>Finds whose grant a code or refresh token is, whichever of the two it is.</summary>
internal sealed class GrantHolders(NpgsqlDataSource database, ServerTelemetry telemetry)
{
    // A refresh token that was used may be a repetition, so it counts; what was revoked or is over does not.
    private const string Find = """
        SELECT user_id FROM oauth_authorization_codes
        WHERE code = $1 AND client_id = $2 AND used_at IS NULL AND revoked_at IS NULL AND expires_at > now()
        UNION ALL
        SELECT user_id FROM oauth_refresh_token_families
        WHERE handle = $3 AND client_id = $2 AND revoked_at IS NULL AND expires_at > now()
        UNION ALL
        SELECT user_id FROM oauth_refresh_tokens
        WHERE token = $4 AND client_id = $2 AND revoked_at IS NULL AND expires_at > now()
        LIMIT 1
        """;

    /// <summary>The account whose live code or refresh token of this client was presented; null when it is none.</summary>
    public async Task<Guid?> FindAsync(string presented, string clientId, CancellationToken ct)
    {
        using var timed = telemetry.Statement("grant.find_holder");
        await using var command = database.CreateCommand(Find);
        command.Parameters.AddBytes(Handle.Hash(presented)).AddText(clientId).AddBytes(RefreshTokenValue.FamilyKey(presented)).AddBytes(RefreshTokenValue.EarlierKey(presented));
        return await command.ExecuteScalarAsync(ct) as Guid?;
    }
}
