using Npgsql;
using OAuthServer.Audit;
using OAuthServer.Protocol;

namespace OAuthServer.Storage;

/// <summary>
/// Withdrawal of what was granted: one family (a code and all refresh tokens that came from it), one client of a person,
/// or everything of a person. Access tokens of withdrawn families are listed in <c>oauth_revoked_tokens</c>.
/// </summary>
internal sealed class Grants(NpgsqlDataSource database, AccessTokenWindow window, ServerTelemetry telemetry)
{
    // One text for each width: a condition that may be absent ($2 IS NULL OR …) would make the plan walk all that the person
    // has, for one family too.
    private static readonly string WithdrawClient = Withdraw("user_id = $1 AND client_id = $2");
    private static readonly string WithdrawAll = Withdraw("user_id = $1");

    /// <summary>Withdraws one family, however much else the person has.</summary>
    internal static readonly string WithdrawFamily = Withdraw("user_id = $1 AND client_id = $2 AND family_id = $3");

    private const string Forget = "DELETE FROM oauth_consents WHERE user_id = $1 AND ($2 IS NULL OR client_id = $2)";

    /// <summary>A replayed code or refresh token: the whole family dies (RFC 9700 §4.14.2, RFC 6749 §4.1.2).</summary>
    public Task WithdrawReusedAsync(Guid userId, string clientId, Guid familyId, string @event, string reason, AuditContext audit, CancellationToken ct) =>
        WithdrawAsync(new(userId, clientId, familyId, @event, reason, audit), ct);

    /// <summary>The client gave its refresh token back (RFC 7009 §2.1).</summary>
    public Task RevokeAsync(Guid userId, string clientId, Guid familyId, AuditContext audit, CancellationToken ct) =>
        WithdrawAsync(new(userId, clientId, familyId, AuditEventNames.TokenRevoked, null, audit), ct);

    /// <summary>A person takes an app's access away; the app must ask for consent again.</summary>
    public async Task WithdrawAsync(Guid userId, string clientId, AuditContext audit, CancellationToken ct)
    {
        await ForgetConsentAsync(userId, clientId, ct);
        await WithdrawAsync(new(userId, clientId, null, AuditEventNames.GrantWithdrawn, null, audit), ct);
    }

    /// <summary>Every app of a person loses access, as after a change of password.</summary>
    public async Task WithdrawAllAsync(Guid userId, AuditContext audit, CancellationToken ct)
    {
        await ForgetConsentAsync(userId, null, ct);
        await WithdrawAsync(new(userId, null, null, AuditEventNames.GrantWithdrawn, null, audit), ct);
    }

    // Rows are locked in one order, so that many who find the same reuse at once wait for each other and never deadlock. The
    // families are listed as revoked for as long as an access token lives.
    private static string Withdraw(string which) => $"""
        WITH live_families AS (
            SELECT handle FROM oauth_refresh_token_families
            WHERE {which} AND revoked_at IS NULL
            ORDER BY handle FOR UPDATE
        ), refreshed AS (
            UPDATE oauth_refresh_token_families AS f SET revoked_at = now() FROM live_families AS live WHERE f.handle = live.handle
            RETURNING f.family_id, f.client_id
        ), live_tokens AS (
            SELECT token FROM oauth_refresh_tokens
            WHERE {which} AND revoked_at IS NULL
            ORDER BY token FOR UPDATE
        ), tokens AS (
            UPDATE oauth_refresh_tokens AS t SET revoked_at = now() FROM live_tokens AS live WHERE t.token = live.token
            RETURNING t.family_id, t.client_id
        ), live_codes AS (
            SELECT code FROM oauth_authorization_codes
            WHERE {which} AND revoked_at IS NULL
            ORDER BY code FOR UPDATE
        ), codes AS (
            UPDATE oauth_authorization_codes AS c SET revoked_at = now() FROM live_codes AS live WHERE c.code = live.code
            RETURNING c.family_id, c.client_id
        ), families AS (
            SELECT family_id, client_id FROM refreshed UNION SELECT family_id, client_id FROM tokens UNION SELECT family_id, client_id FROM codes
        ), listed AS (
            INSERT INTO oauth_revoked_tokens (jti, expires_at)
            SELECT replace(family_id::text, '-', ''), now() + $4 FROM families
            ON CONFLICT (jti) DO UPDATE SET expires_at = excluded.expires_at
        ), audited AS (
            INSERT INTO oauth_audit_events (event, reason, client_id, user_id, family_id, address, correlation_id)
            SELECT $5, $6, client_id, $1, family_id, $7, $8 FROM families
        )
        SELECT count(*) FROM (SELECT family_id FROM tokens UNION SELECT family_id FROM codes EXCEPT SELECT family_id FROM refreshed) AS may_follow
        """;

    private async Task ForgetConsentAsync(Guid userId, string? clientId, CancellationToken ct)
    {
        using var timed = telemetry.Statement("consent.forget");
        await using var command = database.CreateCommand(Forget);
        command.Parameters.AddUuid(userId).AddText(clientId);
        await command.ExecuteNonQueryAsync(ct);
    }

    // An exchange in flight may commit a family that this statement's snapshot does not see. Its code, or its token from before
    // schema 013, was locked until then, so a further pass sees the family; a pass that leaves no such gap ends it.
    private async Task WithdrawAsync(Withdrawal withdrawal, CancellationToken ct)
    {
        while (await WithdrawOnceAsync(withdrawal, ct) > 0)
        {
        }
    }

    private async Task<long> WithdrawOnceAsync(Withdrawal withdrawal, CancellationToken ct)
    {
        using var timed = telemetry.Statement("grant.withdraw");
        await using var command = database.CreateCommand(withdrawal switch
        {
            { FamilyId: not null } => WithdrawFamily,
            { ClientId: not null } => WithdrawClient,
            _ => WithdrawAll,
        });
        command.Parameters.AddUuid(withdrawal.UserId).AddText(withdrawal.ClientId).AddUuid(withdrawal.FamilyId)
            .AddInterval(window.Longest).AddText(withdrawal.Event).AddText(withdrawal.Reason)
            .AddText(withdrawal.Audit.Address).AddText(withdrawal.Audit.CorrelationId);
        return (long)(await command.ExecuteScalarAsync(ct))!;
    }

    private sealed record Withdrawal(Guid UserId, string? ClientId, Guid? FamilyId, string Event, string? Reason, AuditContext Audit);
}

/// <summary>How long an access token can still be accepted somewhere: its lifetime and a verifier's tolerance.</summary>
internal sealed record AccessTokenWindow(TimeSpan Longest);
