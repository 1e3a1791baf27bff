using Microsoft.EntityFrameworkCore;
using OAuthServer.Protocol;

namespace OAuthServer.Storage;

/// <summary>What a code or refresh token entitles to, or a client by itself.</summary>
/// <param name="UserId">The person; null for access of the client's own (RFC 6749 §4.4).</param>
/// <param name="GrantId">Begins the <c>jti</c>.</param>
/// <param name="Scope">What it allows.</param>
internal sealed record GrantedAccess(Guid? UserId, Guid GrantId, string Scope)
{
    /// <summary>The API that the access token is for, by canonical identifier.</summary>
    public string Resource { get; init; } = string.Empty;

    /// <summary>The refresh token to hand out; null for a client that gets none.</summary>
    public string? RefreshToken { get; init; }

    /// <summary>The <c>aud</c> of the access token: the API's identifier as registered.</summary>
    public string Audience { get; init; } = string.Empty;

    /// <summary>How long the access token lives; null for the server's own.</summary>
    public TimeSpan? Lifetime { get; init; }

    /// <summary>The session in which the person allowed it; null for access of the client's own.</summary>
    public Guid? SessionId { get; init; }

    /// <summary>When the person signed in.</summary>
    public DateTimeOffset? AuthTime { get; init; }

    public string? Acr { get; init; }

    public string[]? Amr { get; init; }

    /// <summary>Of the authorization request; of an exchange alone.</summary>
    public string? Nonce { get; init; }

    /// <summary>Claims that were asked for one by one, as the row keeps them.</summary>
    public string? Claims { get; init; }

    /// <summary>All claims of the person, as JSON; null where no ID token has any.</summary>
    public string? Person { get; init; }

    /// <summary>The ID token has the claims of its scopes too.</summary>
    public bool TellsClaims { get; init; }

    /// <summary>Holds the refresh token.</summary>
    public override string ToString() => $"access of {UserId}";
}

/// <summary>A code's row, for naming the reason of a refusal.</summary>
internal sealed record CodeState
{
    public required string ClientId { get; init; }

    public Guid UserId { get; init; }

    public Guid GrantId { get; init; }

    public required string RedirectUri { get; init; }

    public bool RedirectUriWasSent { get; init; }

    public string? CodeChallenge { get; init; }

    public required string Scope { get; init; }

    /// <summary>The APIs that it is for.</summary>
    public required string[] Resources { get; init; }

    public bool Expired { get; init; }

    public bool Used { get; init; }

    /// <summary>How long ago it was used; null when it was not.</summary>
    public TimeSpan? SinceUse { get; init; }

    public bool Revoked { get; init; }

    /// <summary>Kept out of logs.</summary>
    public override string ToString() => $"code of {ClientId}";
}

/// <summary>
/// Table <c>oauth_authorization_codes</c>. Issuing and redeeming are one statement each: the row that comes back, or
/// does not, is the answer, so no two callers can both win.
/// </summary>
internal sealed class AuthorizationCodes(IDbContextFactory<OAuthDbContext> contexts)
{
    /// <summary>
    /// Makes a code if account and session are live, the session's stamp is the account's, and consent covers the
    /// scope: by the form just answered, which counts once, or remembered for every scope of every API. False when one
    /// of these does not hold, or the form was answered before. Account, session and consent stay as they are until the
    /// code is there, so that whoever changes them finds it.
    /// </summary>
    public async Task<bool> TryIssueAsync(NewCode code, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await TryIssueAsync(db, code, ct);
    }

    /// <summary>The same in a transaction of the caller's.</summary>
    public static async Task<bool> TryIssueAsync(OAuthDbContext db, NewCode code, CancellationToken ct)
    {
        var issued = await db.OnceAsync<GrantHolder>($"""
            WITH asked AS (
                SELECT {code.ClientId} AS client_id, {code.Scope} AS scope, {OrNull.Uuid(code.TicketId)} AS ticket_id,
                       {code.Resources} AS resources, {code.Agreed} AS agreed_on, {code.AgreedScopes} AS scopes_of
            ), person AS (
                SELECT accounts.id, pseudonym, asked.* FROM accounts, account_sessions AS session, asked
                WHERE accounts.id = {code.UserId} AND disabled_at IS NULL AND security_stamp = {code.SecurityStamp}
                  AND session.id = {code.SessionId} AND session.user_id = accounts.id
                  AND session.ended_at IS NULL AND session.ends_at > now()
                FOR SHARE OF accounts, session
            ), remembered AS (
                SELECT FROM person, unnest(agreed_on, scopes_of) AS w (resource, scopes), oauth_consents AS known
                WHERE (known.user_id, known.client_id, known.resource) = (person.id, person.client_id, w.resource)
                  AND known.scopes @> string_to_array(w.scopes, ' ') ORDER BY known.resource FOR SHARE OF known
            ), agreed AS (
                INSERT INTO oauth_consents AS known (user_id, client_id, resource, scopes)
                SELECT id, client_id, w.resource, string_to_array(w.scopes, ' ')
                FROM person, unnest(agreed_on, scopes_of) AS w (resource, scopes) WHERE ticket_id IS NOT NULL
                  AND NOT EXISTS (SELECT FROM oauth_authorization_codes c WHERE c.ticket_id = person.ticket_id)
                ORDER BY w.resource ON CONFLICT (user_id, client_id, resource) DO UPDATE
                SET scopes = ARRAY(SELECT DISTINCT unnest(known.scopes || excluded.scopes)), granted_at = now()
                RETURNING user_id
            ), issued AS (
                INSERT INTO oauth_authorization_codes (id, code, client_id, user_id, ticket_id, redirect_uri,
                    redirect_uri_was_sent, scope, resources, code_challenge, session_id, auth_time, acr, amr, nonce,
                    claims, expires_at)
                SELECT {Handle.NewId()}, {Handle.Hash(code.Code)}, client_id, id, ticket_id, {code.RedirectUri},
                       {code.RedirectUriWasSent}, scope, resources, {OrNull.Text(code.CodeChallenge)},
                       {code.SessionId}, {code.AuthTime}, {OrNull.Text(code.Acr)}, {OrNull.Texts(code.Amr)},
                       {OrNull.Text(code.Nonce)}, {OrNull.Text(code.Claims)}, now() + {code.Lifetime}
                FROM person WHERE EXISTS (SELECT FROM agreed)
                   OR (ticket_id IS NULL AND (SELECT count(*) FROM remembered) = cardinality(agreed_on))
                ON CONFLICT (ticket_id) DO NOTHING
                RETURNING user_id, id, client_id, scope, ticket_id
            ), signed_in AS (
                INSERT INTO account_session_clients (session_id, client_id)
                SELECT {code.SessionId}, client_id FROM issued WHERE 'openid' = ANY (string_to_array(scope, ' '))
                ON CONFLICT DO NOTHING
            ), audited AS (
                INSERT INTO oauth_audit_events (event, client_id, pseudonym, grant_id, address, correlation_id)
                SELECT event, issued.client_id, person.pseudonym, issued.id,
                       {code.Audit.Address}::text, {code.Audit.CorrelationId}::text
                FROM issued, person, unnest(ARRAY[{AuditEventNames.CodeIssued}, {AuditEventNames.Consent}])
                                     WITH ORDINALITY AS e (event, number)
                WHERE number = 1 OR issued.ticket_id IS NOT NULL
            )
            SELECT user_id FROM issued
            """, ct);
        return db.IsAnswered(issued);
    }

    /// <summary>
    /// Consumes the code and stores the first refresh token and the audit row, if everything matches. Null when not:
    /// then nothing has changed, and <see cref="FindAsync"/> tells why.
    /// </summary>
    public async Task<GrantedAccess?> TryRedeemAsync(CodeRedemption code, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var family = code.RefreshToken is { } named ? RefreshTokenValue.FamilyKey(named) : null;
        var token = code.RefreshToken is { } first ? Handle.Hash(first) : null;
        var access = await db.OnceAsync<GrantedAccess>($"""
            WITH asked AS (
                SELECT {Handle.Hash(code.Code)} AS code, {code.ClientId} AS client_id,
                       {OrNull.Text(code.RedirectUri)} AS redirect_uri, {OrNull.Text(code.CodeChallenge)} AS challenge,
                       {OrNull.Text(code.Resource)} AS api, {code.Apis} AS apis, {code.ApiScopes} AS allowed
            ), redeemed AS (
                UPDATE oauth_authorization_codes AS c SET used_at = now() FROM asked, accounts AS a
                WHERE c.code = asked.code AND c.client_id = asked.client_id
                  AND c.used_at IS NULL AND c.revoked_at IS NULL AND c.expires_at > now()
                  AND (c.redirect_uri = asked.redirect_uri
                       OR (asked.redirect_uri IS NULL
                           AND (c.code_challenge IS NOT NULL OR NOT c.redirect_uri_was_sent)))
                  AND c.code_challenge IS NOT DISTINCT FROM asked.challenge
                  AND (asked.api = ANY (c.resources) OR (asked.api IS NULL AND cardinality(c.resources) = 1))
                  AND string_to_array(c.scope, ' ') && string_to_array(
                      asked.allowed[array_position(asked.apis, coalesce(asked.api, c.resources[1]))], ' ')
                  AND a.id = c.user_id AND a.disabled_at IS NULL AND a.grants_from <= c.created_at
                RETURNING c.id, c.client_id, user_id, scope, resources, coalesce(asked.api, c.resources[1]) AS resource,
                          session_id, auth_time, acr, amr, nonce, claims, a.pseudonym
            ), first AS (
                INSERT INTO oauth_refresh_tokens (id, family, token, client_id, user_id, scope, resources,
                    session_id, auth_time, acr, amr, claims, device_fingerprint, expires_at, family_expires_at,
                    sweep_at)
                SELECT id, family, token, client_id, user_id, scope, resources, session_id, auth_time, acr, amr, claims,
                       {OrNull.Bytes(code.DeviceFingerprint)}, LEAST(idle_end, absolute_end), absolute_end,
                       date_bin('24 hours', LEAST(idle_end, absolute_end), now()) + interval '24 hours'
                FROM redeemed, (SELECT {OrNull.Bytes(family)} AS family, {OrNull.Bytes(token)} AS token,
                                       now() + {code.RefreshTokenLifetime} AS idle_end,
                                       now() + {code.FamilyLifetime} AS absolute_end) AS session
                WHERE family IS NOT NULL
            ), audited AS (
                INSERT INTO oauth_audit_events (event, client_id, pseudonym, grant_id, address, correlation_id)
                SELECT {AuditEventNames.CodeRedeemed}, client_id, pseudonym, id,
                       {code.Audit.Address}::text, {code.Audit.CorrelationId}::text FROM redeemed
            )
            SELECT user_id, id AS grant_id, scope, resource, session_id, auth_time, acr, amr, nonce, claims,
                   CASE WHEN {code.TellsClaims} OR claims IS NOT NULL THEN account_claims(user_id)::text END AS person
            FROM redeemed
            """, ct);
        return db.IsAnswered(access) ? access : null;
    }

    /// <summary>
    /// Takes a redemption back whose answer could not be made: the code is good again, and the refresh token that
    /// nobody has seen is gone. What has happened to either meanwhile stands.
    /// </summary>
    public async Task GiveBackAsync(
        string code, GrantedAccess access, string reason, AuditContext audit, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var family = access.RefreshToken is { } named ? RefreshTokenValue.FamilyKey(named) : null;
        // The refresh token goes first: a withdrawal locks in that order too, so the two never deadlock. A code
        // that was withdrawn meanwhile keeps its revoked_at, and with it stays dead.
        await db.RunAsync($"""
            WITH unborn AS (
                DELETE FROM oauth_refresh_tokens WHERE family = {OrNull.Bytes(family)} RETURNING 1
            ), given_back AS (
                UPDATE oauth_authorization_codes SET used_at = NULL
                WHERE code = {Handle.Hash(code)} AND id = {access.GrantId} AND used_at IS NOT NULL
                  AND ({OrNull.Bytes(family)} IS NULL OR EXISTS (SELECT FROM unborn))
                RETURNING client_id, user_id, id
            )
            INSERT INTO oauth_audit_events (event, reason, client_id, pseudonym, grant_id, address, correlation_id)
            SELECT {AuditEventNames.TokenRefused}, {reason}, client_id, pseudonym_of(user_id), id,
                   {audit.Address}::text, {audit.CorrelationId}::text FROM given_back
            """, ct);
    }

    /// <summary>The state of a code, or null when it is unknown or was swept.</summary>
    public async Task<CodeState?> FindAsync(string code, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.OnceAsync<CodeState>($"""
            SELECT client_id, user_id, id AS grant_id, redirect_uri, redirect_uri_was_sent, code_challenge, scope,
                   coalesce(resources, ARRAY[]::text[]) AS resources,
                   expires_at <= now() AS expired, used_at IS NOT NULL AS used, now() - used_at AS since_use,
                   revoked_at IS NOT NULL AS revoked
            FROM oauth_authorization_codes WHERE code = {Handle.Hash(code)}
            """, ct);
    }
}
