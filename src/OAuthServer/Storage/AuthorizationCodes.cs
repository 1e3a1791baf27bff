using Npgsql;
using OAuthServer.Audit;
using OAuthServer.Protocol;
using OAuthServer.Storage.Sweeping;

namespace OAuthServer.Storage;

/// <summary>What a new code stands for (RFC 6749 §4.1.2).</summary>
/// <param name="SecurityStamp">The stamp of the session; the code is only made while the account still has it.</param>
/// <param name="TicketId">The consent form just answered with yes; null when consent was remembered.</param>
internal sealed record NewCode(
    string Code, string ClientId, Guid UserId, string SecurityStamp, Guid? TicketId, string RedirectUri, bool RedirectUriWasSent,
    Scope Scope, string? CodeChallenge, TimeSpan Lifetime, AuditContext Audit)
{
    /// <summary>Holds the code.</summary>
    public override string ToString() => $"code for {ClientId}";
}

/// <summary>A code presented for tokens, with everything that must match (RFC 6749 §4.1.3, RFC 7636 §4.6).</summary>
internal sealed record CodeRedemption(
    string Code, string ClientId, string? RedirectUri, string? CodeChallenge, string? RefreshToken,
    TimeSpan RefreshTokenLifetime, TimeSpan FamilyLifetime, byte[]? DeviceFingerprint, AuditContext Audit)
{
    /// <summary>Holds the code and the first refresh token.</summary>
    public override string ToString() => $"redemption for {ClientId}";
}

/// <summary>What a code or refresh token entitles to.</summary>
internal sealed record GrantedAccess(Guid UserId, Guid FamilyId, string Scope);

/// <summary>A code's row, for naming the reason of a refusal.</summary>
internal sealed record CodeState(
    string ClientId, Guid UserId, Guid FamilyId, string RedirectUri, bool RedirectUriWasSent, string? CodeChallenge,
    bool Expired, bool Used, bool Revoked)
{
    /// <summary>Named like what must not be printed, and short.</summary>
    public override string ToString() => $"code of {ClientId}";
}

/// <summary>
/// Table <c>oauth_authorization_codes</c>. Issuing and redeeming are one statement each: the row that comes back, or
/// does not, is the answer, so no two callers can both win.
/// </summary>
internal sealed class AuthorizationCodes(NpgsqlDataSource database, ServerTelemetry telemetry)
{
    // Consent is either given now, by a form that counts once, or remembered for every scope that is asked.
    private const string Issue = $"""
        WITH person AS (
            SELECT id FROM accounts WHERE id = $3 AND disabled_at IS NULL AND security_stamp = $4
        ), agreed AS (
            INSERT INTO oauth_consents AS known (user_id, client_id, scopes)
            SELECT id, $2, string_to_array($9, ' ') FROM person
            WHERE $6::uuid IS NOT NULL AND NOT EXISTS (SELECT FROM oauth_authorization_codes WHERE ticket_id = $6)
            ON CONFLICT (user_id, client_id) DO UPDATE
            SET scopes = ARRAY(SELECT DISTINCT unnest(known.scopes || excluded.scopes)), granted_at = now()
            RETURNING user_id
        ), issued AS (
            INSERT INTO oauth_authorization_codes
                (code, client_id, user_id, family_id, ticket_id, redirect_uri, redirect_uri_was_sent, scope, code_challenge, expires_at)
            SELECT $1, $2, id, $5, $6, $7, $8, $9, $10, now() + $11 FROM person
            WHERE CASE WHEN $6::uuid IS NOT NULL THEN EXISTS (SELECT FROM agreed)
                  ELSE EXISTS (SELECT FROM oauth_consents
                               WHERE user_id = $3 AND client_id = $2 AND scopes @> string_to_array($9, ' ')) END
            ON CONFLICT (ticket_id) DO NOTHING
            RETURNING user_id, family_id
        ), audited AS (
            INSERT INTO oauth_audit_events (event, client_id, user_id, family_id, address, correlation_id)
            SELECT '{AuditEventNames.CodeIssued}', $2, user_id, family_id, $12, $13 FROM issued
            UNION ALL
            SELECT '{AuditEventNames.Consent}', $2, user_id, family_id, $12, $13 FROM issued WHERE $6::uuid IS NOT NULL
        )
        SELECT 1 FROM issued
        """;

    private const string Redeem = $"""
        WITH redeemed AS (
            UPDATE oauth_authorization_codes AS c SET used_at = now()
            WHERE c.code = $1 AND c.client_id = $2 AND c.used_at IS NULL AND c.revoked_at IS NULL AND c.expires_at > now()
              AND (c.redirect_uri = $3 OR ($3 IS NULL AND (c.code_challenge IS NOT NULL OR NOT c.redirect_uri_was_sent)))
              AND c.code_challenge IS NOT DISTINCT FROM $4
              AND EXISTS (SELECT FROM accounts a WHERE a.id = c.user_id AND a.disabled_at IS NULL)
            RETURNING c.user_id, c.family_id, c.scope
        ), first AS (
            INSERT INTO oauth_refresh_token_families
                (handle, family_id, client_id, user_id, scope, token, device_fingerprint, expires_at, family_expires_at, sweep_at)
            SELECT $5, family_id, $2, user_id, scope, $11, $8, now() + LEAST($6, $7), now() + $7,
                   date_bin('24 hours', now() + LEAST($6, $7), now()) + interval '24 hours'
            FROM redeemed WHERE $5 IS NOT NULL
        ), audited AS (
            INSERT INTO oauth_audit_events (event, client_id, user_id, family_id, address, correlation_id)
            SELECT '{AuditEventNames.CodeRedeemed}', $2, user_id, family_id, $9, $10 FROM redeemed
        )
        SELECT user_id, family_id, scope FROM redeemed
        """;

    // The refresh token goes first: a withdrawal locks in that order too, so the two never deadlock. A code that was
    // withdrawn meanwhile keeps its revoked_at, and with it stays dead.
    private const string GiveBack = $"""
        WITH unborn AS (
            DELETE FROM oauth_refresh_token_families WHERE handle = $3 RETURNING 1
        ), given_back AS (
            UPDATE oauth_authorization_codes SET used_at = NULL
            WHERE code = $1 AND family_id = $2 AND used_at IS NOT NULL AND ($3 IS NULL OR EXISTS (SELECT FROM unborn))
            RETURNING client_id, user_id, family_id
        )
        INSERT INTO oauth_audit_events (event, reason, client_id, user_id, family_id, address, correlation_id)
        SELECT '{AuditEventNames.TokenRefused}', $4, client_id, user_id, family_id, $5, $6 FROM given_back
        """;

    private const string Find = """
        SELECT client_id, user_id, family_id, redirect_uri, redirect_uri_was_sent, code_challenge,
               expires_at <= now(), used_at IS NOT NULL, revoked_at IS NOT NULL
        FROM oauth_authorization_codes WHERE code = $1
        """;

    private const string Sweep = """
        WITH over AS MATERIALIZED (
            SELECT ctid, expires_at FROM oauth_authorization_codes
            WHERE expires_at <= now() - $2 AND ($3 IS NULL OR expires_at >= $3)
            ORDER BY expires_at LIMIT $1 FOR UPDATE SKIP LOCKED
        ), gone AS (
            DELETE FROM oauth_authorization_codes WHERE ctid = ANY (ARRAY(SELECT ctid FROM over)) RETURNING 1
        )
        SELECT count(*)::int, (SELECT count(*)::int FROM gone), max(expires_at) FROM over
        """;

    private const string CountSweepable =
        "SELECT count(*)::int FROM (SELECT FROM oauth_authorization_codes WHERE expires_at <= now() - $2 LIMIT $1) AS sweepable";

    /// <summary>
    /// A code's row stays, after the code's own end, for as long as a family of refresh tokens can live: until then a
    /// replay withdraws all that the code has bought (RFC 6749 §4.1.2). Later it is an unknown code, and refused all the same.
    /// </summary>
    public static SweptTable SweptAfter(TimeSpan familyLifetime) => new SweptTable("oauth_authorization_codes", Sweep, CountSweepable, familyLifetime);

    /// <summary>
    /// Makes a code if the account is live, the session's stamp is its stamp, and consent covers the scope (by the form
    /// just answered, or remembered). False when one of these does not hold, or the form was answered before.
    /// </summary>
    public async Task<bool> TryIssueAsync(NewCode code, CancellationToken ct)
    {
        using var timed = telemetry.Statement("code.issue");
        await using var command = database.CreateCommand(Issue);
        command.Parameters.AddBytes(Handle.Hash(code.Code)).AddText(code.ClientId).AddUuid(code.UserId).AddText(code.SecurityStamp)
            .AddUuid(Handle.NewId()).AddUuid(code.TicketId).AddText(code.RedirectUri).AddFlag(code.RedirectUriWasSent)
            .AddText(code.Scope.ToString()).AddText(code.CodeChallenge).AddInterval(code.Lifetime)
            .AddText(code.Audit.Address).AddText(code.Audit.CorrelationId);
        return await command.ExecuteScalarAsync(ct) is not null;
    }

    /// <summary>
    /// Consumes the code and stores the first refresh token and the audit row, if everything matches. Null when not:
    /// then nothing has changed, and <see cref="FindAsync"/> tells why.
    /// </summary>
    public async Task<GrantedAccess?> TryRedeemAsync(CodeRedemption redemption, CancellationToken ct)
    {
        using var timed = telemetry.Statement("code.redeem");
        await using var command = database.CreateCommand(Redeem);
        command.Parameters.AddBytes(Handle.Hash(redemption.Code)).AddText(redemption.ClientId).AddText(redemption.RedirectUri)
            .AddText(redemption.CodeChallenge).AddBytes(redemption.RefreshToken is { } named ? RefreshTokenValue.FamilyKey(named) : null)
            .AddInterval(redemption.RefreshTokenLifetime).AddInterval(redemption.FamilyLifetime)
            .AddBytes(redemption.DeviceFingerprint).AddText(redemption.Audit.Address).AddText(redemption.Audit.CorrelationId)
            .AddBytes(redemption.RefreshToken is { } token ? Handle.Hash(token) : null);
        return await command.ReadAccessAsync(ct);
    }

    /// <summary>
    /// Takes a redemption back whose answer could not be made: the code is good again, and the refresh token that nobody
    /// has seen is gone. What has happened to either meanwhile stands.
    /// </summary>
    public async Task GiveBackAsync(string code, Guid familyId, string? refreshToken, string reason, AuditContext audit, CancellationToken ct)
    {
        using var timed = telemetry.Statement("code.give_back");
        await using var command = database.CreateCommand(GiveBack);
        command.Parameters.AddBytes(Handle.Hash(code)).AddUuid(familyId).AddBytes(refreshToken is null ? null : RefreshTokenValue.FamilyKey(refreshToken))
            .AddText(reason).AddText(audit.Address).AddText(audit.CorrelationId);
        await command.ExecuteNonQueryAsync(ct);
    }

    /// <summary>True while the account of a session is live and still has the session's stamp.</summary>
    public async Task<bool> IsLiveAsync(Guid userId, string securityStamp, CancellationToken ct)
    {
        using var timed = telemetry.Statement("account.is_live");
        await using var command = database.CreateCommand("SELECT 1 FROM accounts WHERE id = $1 AND disabled_at IS NULL AND security_stamp = $2");
        command.Parameters.AddUuid(userId).AddText(securityStamp);
        return await command.ExecuteScalarAsync(ct) is not null;
    }

    /// <summary>The state of a code, or null when it is unknown or was swept.</summary>
    public async Task<CodeState?> FindAsync(string code, CancellationToken ct)
    {
        using var timed = telemetry.Statement("code.find");
        await using var command = database.CreateCommand(Find);
        command.Parameters.AddBytes(Handle.Hash(code));
        await using var row = await command.ExecuteReaderAsync(ct);
        if (!await row.ReadAsync(ct)) return null;
        return new(row.GetString(0), row.GetGuid(1), row.GetGuid(2), row.GetString(3), row.GetBoolean(4),
            row.TextOrNull(5), row.GetBoolean(6), row.GetBoolean(7), row.GetBoolean(8));
    }
}

/// <summary>Reading what both grants return.</summary>
internal static class GrantedAccessRow
{
    public static async Task<GrantedAccess?> ReadAccessAsync(this NpgsqlCommand command, CancellationToken ct)
    {
        await using var row = await command.ExecuteReaderAsync(ct);
        return await row.ReadAsync(ct) ? new(row.GetGuid(0), row.GetGuid(1), row.GetString(2)) : null;
    }
}
