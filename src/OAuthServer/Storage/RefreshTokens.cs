using Microsoft.EntityFrameworkCore;
using OAuthServer.Protocol;

namespace OAuthServer.Storage;

/// <summary>
/// What is known of a refresh token, for naming the reason of a refusal and for repeating a lost answer.
/// </summary>
internal sealed record RefreshTokenState
{
    public required string ClientId { get; init; }

    public Guid UserId { get; init; }

    public Guid GrantId { get; init; }

    public required string Scope { get; init; }

    /// <summary>The APIs that the grant is for.</summary>
    public required string[] Resources { get; init; }

    /// <summary>The API that the last refresh named; null when it named none.</summary>
    public string? RotatedResource { get; init; }

    /// <summary>The scope that the last refresh asked for; null when it named none.</summary>
    public string? RotatedScope { get; init; }

    public byte[]? DeviceFingerprint { get; init; }

    public byte[]? SuccessorNonce { get; init; }

    /// <summary>SHA-256 of the live token.</summary>
    public required byte[] LiveToken { get; init; }

    /// <summary>The end of the live token.</summary>
    public DateTimeOffset ExpiresAt { get; init; }

    public bool Expired { get; init; }

    public bool Used { get; init; }

    /// <summary>It is the one before the live token: that one was its answer.</summary>
    public bool IsPrevious { get; init; }

    /// <summary>
    /// How long before the database was asked the live token took its place; null when its answer was never made.
    /// </summary>
    public TimeSpan? SinceUse { get; init; }

    public bool Revoked { get; init; }

    public bool AccountLive { get; init; }

    /// <summary>The nonce is one half of the successor.</summary>
    public override string ToString() => $"refresh token of {ClientId}";
}

/// <summary>
/// Table <c>oauth_refresh_tokens</c>: one row for each session, which knows the live refresh token and the one
/// before it. Any other that finds the row is an old one (RFC 9700 §4.14.2). Rotation changes the row in its place;
/// nobody else can change it at the same moment, so of all that race for it one wins.
/// </summary>
internal sealed class RefreshTokens(IDbContextFactory<OAuthDbContext> contexts)
{
    /// <summary>
    /// The text under whose hash a presented token is known, without a question when it has the shape of ours. One that
    /// has not may be of the server that was here before; some of those hashed a word behind it. Null for neither.
    /// </summary>
    /// <param name="presented">The token as it came.</param>
    /// <param name="mayBeImported">Whether the client can hold such tokens at all.</param>
    /// <param name="ct">Ends the wait.</param>
    public async ValueTask<string?> ReadAsync(string presented, bool mayBeImported, CancellationToken ct)
    {
        if (RefreshTokenValue.IsOurs(presented)) return presented;
        if (!mayBeImported) return null;
        string[] forms = [presented, $"{presented}:refresh_token"];
        byte[][] keys = [.. forms.Select(RefreshTokenValue.KeyOf)];
        await using var db = await contexts.CreateDbContextAsync(ct);
        var found = await db.RefreshTokens.Where(row => keys.Contains(row.Family))
            .Select(row => row.Family).FirstOrDefaultAsync(ct);
        return found is null ? null : forms[Array.FindIndex(keys, key => key.AsSpan().SequenceEqual(found))];
    }

    /// <summary>
    /// Consumes the presented token and stores its successor, if the token is live and the scope within the grant.
    /// Null when not: then nothing has changed, and <see cref="FindAsync"/> tells why.
    /// </summary>
    public async Task<GrantedAccess?> TryRotateAsync(Rotation rotation, CancellationToken ct)
    {
        var family = RefreshTokenValue.KeyOf(rotation.RefreshToken);
        try
        {
            return await RotateAsync(rotation, family, ct);
        }
        catch (Exception broken) when (DatabaseFailure.IsBroken(broken) && !ct.IsCancellationRequested)
        {
            // If the first try counted, the row has our own successor, and it is nobody else's to have.
            return await RotateAsync(rotation, family, ct)
                ?? (await TryRepeatAsync(Repetition.OfOurOwn(rotation), ct))?.ToGranted();
        }
    }

    private async Task<GrantedAccess?> RotateAsync(Rotation rotation, byte[] family, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.OnceAsync<GrantedAccess>($"""
            WITH asked AS (
                SELECT {family} AS family, {Handle.Hash(rotation.RefreshToken)} AS token, {rotation.Nonce} AS nonce,
                       {Handle.Hash(rotation.Successor)} AS successor, now() + {rotation.Lifetime} AS idle_end,
                       {rotation.ClientId} AS client_id, string_to_array({OrNull.Text(rotation.Scope)}, ' ') AS scopes,
                       {OrNull.Bytes(rotation.DeviceFingerprint)} AS device, {rotation.EnforceDevice} AS same_device,
                       {OrNull.Text(rotation.Resource)} AS api, {rotation.Apis} AS apis, {rotation.ApiScopes} AS allowed
            ), presented AS (
                UPDATE oauth_refresh_tokens AS t
                SET token = asked.successor, previous_token = asked.token, successor_nonce = asked.nonce,
                    rotated_at = now(), rotated_from = {rotation.Audit.Address}::text, repeated = false,
                    rotated_resource = asked.api, rotated_scope = array_to_string(asked.scopes, ' '),
                    repeats_in_a_row = CASE WHEN t.repeated THEN t.repeats_in_a_row ELSE 0 END,
                    device_fingerprint = asked.device,
                    device_changed = asked.device IS NOT NULL AND t.device_fingerprint IS DISTINCT FROM asked.device,
                    expires_at = LEAST(asked.idle_end, t.family_expires_at),
                    sweep_at = date_bin('24 hours', LEAST(asked.idle_end, t.family_expires_at), t.created_at)
                               + interval '24 hours'
                FROM asked, accounts AS a
                WHERE t.family = asked.family AND t.token = asked.token AND t.client_id = asked.client_id
                  AND t.revoked_at IS NULL AND t.expires_at > now()
                  AND (asked.scopes IS NULL OR asked.scopes <@ string_to_array(t.scope, ' '))
                  AND (asked.api = ANY (t.resources) OR (asked.api IS NULL AND cardinality(t.resources) = 1))
                  AND coalesce(asked.scopes, string_to_array(t.scope, ' ')) && string_to_array(
                      asked.allowed[array_position(asked.apis, coalesce(asked.api, t.resources[1]))], ' ')
                  AND (NOT asked.same_device OR t.device_fingerprint IS NULL OR t.device_fingerprint = asked.device)
                  AND a.id = t.user_id AND a.disabled_at IS NULL AND a.grants_from <= t.created_at
                RETURNING user_id, t.client_id, t.id, scope, device_changed,
                          coalesce(asked.api, resources[1]) AS resource,
                          session_id, auth_time, acr, amr, claims, a.pseudonym
            ), audited AS (
                INSERT INTO oauth_audit_events (event, client_id, pseudonym, grant_id, address, correlation_id)
                SELECT event, client_id, pseudonym, id,
                       {rotation.Audit.Address}::text, {rotation.Audit.CorrelationId}::text
                FROM presented, unnest(ARRAY[{AuditEventNames.RefreshTokenRotated}, {AuditEventNames.DeviceChanged}])
                                WITH ORDINALITY AS e (event, number)
                WHERE number = 1 OR device_changed
            )
            SELECT user_id, id AS grant_id, scope, resource, session_id, auth_time, acr, amr,
                   NULL AS nonce, claims,
                   CASE WHEN {rotation.TellsClaims} OR claims IS NOT NULL THEN account_claims(user_id)::text END
                   AS person
            FROM presented
            """, ct);
    }

    /// <summary>The state of a refresh token, or null when it is unknown or was swept.</summary>
    public async Task<RefreshTokenState?> FindAsync(string refreshToken, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.OnceAsync<RefreshTokenState>($"""
            SELECT t.client_id, t.user_id, t.id AS grant_id, t.scope, t.device_fingerprint, t.successor_nonce,
                   coalesce(t.resources, ARRAY[]::text[]) AS resources, t.rotated_resource, t.rotated_scope,
                   t.token AS live_token, t.expires_at, t.expires_at <= now() AS expired, t.token <> asked.token
                   AS used,
                   coalesce(t.previous_token = asked.token, false) AS is_previous,
                   now() - nullif(t.rotated_at, 'infinity') AS since_use,
                   t.revoked_at IS NOT NULL AS revoked,
                   EXISTS (SELECT FROM accounts a WHERE a.id = t.user_id AND a.disabled_at IS NULL
                           AND a.grants_from <= t.created_at) AS account_live
            FROM oauth_refresh_tokens t, (SELECT {Handle.Hash(refreshToken)} AS token) AS asked
            WHERE t.family = {RefreshTokenValue.KeyOf(refreshToken)}
            """, ct);
    }

    /// <summary>
    /// What the successor entitles to while it is live and unused, else null: a repeated answer is as good as the
    /// first only while nobody has used what it carried. The first repeat of a refresh is counted, unless the client
    /// has too many in a row: then nothing is written. One that our own fault made necessary is none.
    /// </summary>
    public async Task<RepeatedAccess?> TryRepeatAsync(Repetition repetition, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.OnceAsync<RepeatedAccess>($"""
            WITH successor AS (
                SELECT family, user_id, id, scope, session_id, auth_time, acr, amr, claims,
                       rotated_from, repeated, repeats_in_a_row,
                       coalesce({OrNull.Text(repetition.Resource)}, resources[1]) AS resource,
                       device_fingerprint <> {OrNull.Bytes(repetition.DeviceFingerprint)} AS other_device,
                       {repetition.IsOurOwn} OR rotated_at = 'infinity' AS is_ours
                FROM oauth_refresh_tokens
                WHERE family = {RefreshTokenValue.KeyOf(repetition.Successor)}
                  AND token = {Handle.Hash(repetition.Successor)} AND revoked_at IS NULL AND expires_at > now()
                FOR NO KEY UPDATE
            ), judged AS (
                SELECT *, is_ours OR repeated
                          OR coalesce(repeats_in_a_row < {OrNull.Number(repetition.MostRepeats)}, true) AS within_bound
                FROM successor
            ), counted AS (
                UPDATE oauth_refresh_tokens AS t SET repeated = true, repeats_in_a_row = t.repeats_in_a_row + 1
                FROM judged WHERE t.family = judged.family AND within_bound AND NOT is_ours AND NOT judged.repeated
            ), audited AS (
                INSERT INTO oauth_audit_events
                    (event, client_id, pseudonym, grant_id, address, correlation_id, earlier_address, other_device)
                SELECT {AuditEventNames.RefreshTokenRepeated}, {repetition.ClientId}, pseudonym_of(user_id), id,
                       {repetition.Audit.Address}::text, {repetition.Audit.CorrelationId}::text,
                       rotated_from, other_device
                FROM judged WHERE within_bound
            )
            SELECT user_id, id AS grant_id, scope, resource, session_id, auth_time, acr, amr, claims,
                   CASE WHEN {repetition.TellsClaims} OR claims IS NOT NULL THEN account_claims(user_id)::text END
                   AS person,
                   rotated_from AS earlier_address, other_device, within_bound
            FROM judged
            """, ct);
    }

    /// <summary>
    /// Lets a rotation whose answer could not be made be repeated, not inside the retry window alone but until its
    /// successor is used. The rotation itself stands: a repetition at the same moment may have handed the successor
    /// out.
    /// </summary>
    public async Task GiveBackAsync(
        string refreshToken, GrantedAccess access, string reason, AuditContext audit, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        await db.RunAsync($"""
            WITH given_back AS (
                UPDATE oauth_refresh_tokens SET rotated_at = 'infinity'
                WHERE family = {RefreshTokenValue.KeyOf(refreshToken)}
                  AND previous_token = {Handle.Hash(refreshToken)} AND id = {access.GrantId} AND revoked_at IS NULL
                RETURNING client_id, user_id, id
            )
            INSERT INTO oauth_audit_events (event, reason, client_id, pseudonym, grant_id, address, correlation_id)
            SELECT {AuditEventNames.TokenRefused}, {reason}, client_id, pseudonym_of(user_id), id,
                   {audit.Address}::text, {audit.CorrelationId}::text FROM given_back
            """, ct);
    }
}
