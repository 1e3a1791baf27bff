using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using OAuthServer.Protocol;

namespace OAuthServer.Storage;

/// <summary>The person whose code or refresh token it is.</summary>
internal sealed record GrantHolder(Guid UserId);

/// <summary>What one pass of a withdrawal left: grants whose refresh token it may not have seen.</summary>
internal sealed record WithdrawalPass(long MayFollow);

/// <summary>
/// Withdrawal of what was granted: one grant (a code and the refresh token that came from it), one client of a person,
/// or everything of a person. Access tokens of withdrawn grants are listed in <c>oauth_revoked_tokens</c>.
/// </summary>
internal sealed class Grants(IDbContextFactory<OAuthDbContext> contexts, AccessTokenWindow window)
{
    // An exchange in flight adds its refresh token once; a second pass sees it. More passes than this are a fault.
    private const int MostPasses = 10;

    /// <summary>A replayed code or refresh token: the whole grant dies (RFC 9700 §4.14.2, RFC 6749 §4.1.2).</summary>
    public Task WithdrawReusedAsync(
        HeldGrant grant, string @event, string reason, AuditContext audit, CancellationToken ct) =>
        WithdrawAsync(new(grant.UserId, grant.ClientId, grant.Id, @event, reason, audit), ct);

    /// <summary>The client gave its refresh token back (RFC 7009 §2.1).</summary>
    public Task RevokeAsync(HeldGrant grant, AuditContext audit, CancellationToken ct) =>
        WithdrawAsync(new(grant.UserId, grant.ClientId, grant.Id, AuditEventNames.TokenRevoked, null, audit), ct);

    /// <summary>A person takes an app's access away; the app must ask for consent again.</summary>
    public async Task WithdrawAsync(Guid userId, string clientId, AuditContext audit, CancellationToken ct)
    {
        await using (var db = await contexts.CreateDbContextAsync(ct))
        {
            var consents = db.Consents.Where(consent => consent.UserId == userId && consent.ClientId == clientId);
            await consents.ExecuteDeleteAsync(ct);
        }

        await WithdrawAsync(new(userId, clientId, null, AuditEventNames.GrantWithdrawn, null, audit), ct);
    }

    /// <summary>
    /// Every app of a person loses access with a change of the account, such as a new password, in one transaction:
    /// neither is there without the other, and what is granted meanwhile waits and finds the account changed.
    /// </summary>
    /// <param name="db">Whose transaction it is.</param>
    /// <param name="change">What is done first, and holds the account.</param>
    /// <param name="userId">Whose apps.</param>
    /// <param name="audit">For the audit log.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <param name="last">What is done when all is withdrawn.</param>
    /// <returns>False, with nothing withdrawn, when the change was refused.</returns>
    public async Task<bool> WithdrawAllWithAsync(
        OAuthDbContext db,
        Func<Task<bool>> change,
        Guid userId,
        AuditContext audit,
        CancellationToken ct,
        Func<Task>? last = null)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        if (!await change()) return false;
        await db.Consents.Where(consent => consent.UserId == userId).ExecuteDeleteAsync(ct);
        await WithdrawAsync(db, new(userId, null, null, AuditEventNames.GrantWithdrawn, null, audit), ct);
        if (last is not null) await last();
        await transaction.CommitAsync(ct);
        return true;
    }

    /// <summary>
    /// Ends everything of one person: every session, every code and refresh token, whatever their scope, and with them
    /// the access tokens. Password and consents stay. Whoever is about to make a code waits for the sessions' rows and
    /// finds them ended; whoever is exchanging or refreshing is waited for. One audit event says how much it was.
    /// </summary>
    public Task<EndedAccess> EndAllAccessAsync(Guid userId, string by, AuditContext audit, CancellationToken ct) =>
        EndAllAccessAsync(new SessionEnd { UserId = userId, By = by, Audit = audit }, ct);

    /// <summary>The same, for whoever says more of who it was.</summary>
    public async Task<EndedAccess> EndAllAccessAsync(SessionEnd end, CancellationToken ct)
    {
        var (userId, audit) = (end.UserId, end.Audit);
        await using var db = await contexts.CreateDbContextAsync(ct);
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        // The rows are held first, so that no session makes a code any more; then everything is locked in the order of
        // every withdrawal.
        await Sessions.HoldAsync(db, userId, ct);
        await WithdrawAsync(db, new(userId, null, null, AuditEventNames.GrantWithdrawn, null, audit), ct);
        var sessions = await Sessions.EndAsync(db, end with { Event = null }, ct);
        // All that was written in this transaction has its time.
        var ended = await db.OnceAsync<EndedAccess>($"""
            WITH ended AS (
                SELECT {sessions} AS sessions, count(*)::int AS grants FROM oauth_refresh_tokens
                WHERE user_id = {userId} AND revoked_at = now()
            ), audited AS (
                INSERT INTO oauth_audit_events (event, pseudonym, address, correlation_id, detail)
                SELECT {AuditEventNames.AccessEnded}, pseudonym_of({userId}), {audit.Address}::text,
                       {audit.CorrelationId}::text,
                       'sessions ended: ' || sessions || ', refresh tokens: ' || grants || ', by ' || {end.Author}
                FROM ended
            )
            SELECT sessions, grants FROM ended
            """, ct);
        await transaction.CommitAsync(ct);
        return ended!;
    }

    /// <summary>
    /// Ends what a client has of people: codes, refresh tokens, and with them the access tokens; consents stay. So many
    /// people at a time: the table has no order by clients.
    /// </summary>
    /// <returns>How many they were.</returns>
    public async Task<int> EndOfClientAsync(string clientId, int most, AuditContext audit, CancellationToken ct)
    {
        List<Guid> people;
        await using (var db = await contexts.CreateDbContextAsync(ct))
        {
            var live = db.RefreshTokens.Where(token => token.ClientId == clientId && token.RevokedAt == null)
                .Select(token => token.UserId);
            var codes = db.AuthorizationCodes.Where(code => code.ClientId == clientId && code.RevokedAt == null)
                .Select(code => code.UserId);
            people = await live.Union(codes).Take(most).ToListAsync(ct);
        }

        foreach (var person in people)
            await WithdrawAsync(new(person, clientId, null, AuditEventNames.GrantWithdrawn, null, audit), ct);
        return people.Count;
    }

    /// <summary>
    /// The account whose live code or refresh token of this client was presented, whichever of the two it is; null
    /// when it is none. A refresh token that was used may be a repetition, so it counts.
    /// </summary>
    public async Task<Guid?> FindHolderAsync(string presented, string clientId, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var holder = await db.OnceAsync<GrantHolder>($"""
            SELECT user_id FROM oauth_authorization_codes
            WHERE code = {Handle.Hash(presented)} AND client_id = {clientId}
              AND used_at IS NULL AND revoked_at IS NULL AND expires_at > now()
            UNION ALL
            SELECT user_id FROM oauth_refresh_tokens
            WHERE family = {OrNull.Bytes(RefreshTokenValue.FamilyKey(presented))} AND client_id = {clientId}
              AND revoked_at IS NULL AND expires_at > now()
            LIMIT 1
            """, ct);
        return holder?.UserId;
    }

    private async Task WithdrawAsync(Withdrawal withdrawal, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        await WithdrawAsync(db, withdrawal, ct);
    }

    // An exchange in flight may commit a refresh token that this statement's snapshot does not see. Its code was
    // locked until then, so a further pass sees it; a pass that leaves no such gap ends it.
    private async Task WithdrawAsync(OAuthDbContext db, Withdrawal withdrawal, CancellationToken ct)
    {
        for (var pass = 0; pass < MostPasses; pass++)
        {
            var left = await db.OnceAsync<WithdrawalPass>(Statement(withdrawal), ct);
            if (left!.MayFollow == 0) return;
        }

        throw new InvalidOperationException($"A withdrawal found a new exchange in each of {MostPasses} passes.");
    }

    // One text for each width: a condition that may be absent would make the plan walk all that the person has, for
    // one grant too. Rows are locked in one order, so that many who find the same reuse at once wait for each other
    // and never deadlock. The grants are listed as revoked for as long as an access token lives.
    internal FormattableString Statement(Withdrawal withdrawal)
    {
        var which = withdrawal switch
        {
            { GrantId: not null } => "user_id = {0} AND client_id = {1} AND id = {2}",
            { ClientId: not null } => "user_id = {0} AND client_id = {1}",
            _ => "user_id = {0}",
        };
        var sql = $$"""
            WITH live_tokens AS (
                SELECT family FROM oauth_refresh_tokens
                WHERE {{which}} AND revoked_at IS NULL
                ORDER BY family FOR UPDATE
            ), tokens AS (
                UPDATE oauth_refresh_tokens AS t SET revoked_at = now() FROM live_tokens AS live
                WHERE t.family = live.family
                RETURNING t.id, t.client_id
            ), live_codes AS (
                SELECT code FROM oauth_authorization_codes
                WHERE {{which}} AND revoked_at IS NULL
                ORDER BY code FOR UPDATE
            ), codes AS (
                UPDATE oauth_authorization_codes AS c SET revoked_at = now() FROM live_codes AS live
                WHERE c.code = live.code
                RETURNING c.id, c.client_id
            ), grants AS (
                SELECT id, client_id FROM tokens UNION SELECT id, client_id FROM codes
            ), listed AS (
                INSERT INTO oauth_revoked_tokens (jti, expires_at)
                SELECT replace(id::text, '-', ''), now() + {3} FROM grants
                ON CONFLICT (jti) DO UPDATE
                SET expires_at = GREATEST(oauth_revoked_tokens.expires_at, excluded.expires_at)
            ), audited AS (
                INSERT INTO oauth_audit_events (event, reason, client_id, pseudonym, grant_id, address, correlation_id)
                SELECT {4}, {5}, client_id, pseudonym_of({0}), id, {6}::text, {7}::text FROM grants
            )
            SELECT count(*) AS may_follow FROM (SELECT id FROM codes EXCEPT SELECT id FROM tokens) AS seen_too_early
            """;
        return FormattableStringFactory.Create(
            sql, withdrawal.UserId, OrNull.Text(withdrawal.ClientId), OrNull.Uuid(withdrawal.GrantId), window.Longest,
            withdrawal.Event, OrNull.Text(withdrawal.Reason), withdrawal.Audit.Address,
            withdrawal.Audit.CorrelationId);
    }
}

/// <summary>What ended of a person.</summary>
/// <param name="Sessions">Browsers in which the person was signed in.</param>
/// <param name="Grants">Refresh tokens, one for each session of an app.</param>
internal sealed record EndedAccess(int Sessions, int Grants);

/// <summary>One grant, and whose it is.</summary>
internal sealed record HeldGrant(Guid Id, Guid UserId, string ClientId);

/// <summary>What is withdrawn, and what the audit log says of it.</summary>
internal sealed record Withdrawal(
    Guid UserId, string? ClientId, Guid? GrantId, string Event, string? Reason, AuditContext Audit);

/// <summary>Maps what the statements answer with.</summary>
internal sealed class GrantRows
    : IEntityTypeConfiguration<GrantHolder>,
        IEntityTypeConfiguration<WithdrawalPass>,
        IEntityTypeConfiguration<EndedAccess>
{
    public void Configure(EntityTypeBuilder<EndedAccess> builder) => builder.HasNoKey().ToView(null);

    public void Configure(EntityTypeBuilder<GrantHolder> builder) => builder.HasNoKey().ToView(null);

    public void Configure(EntityTypeBuilder<WithdrawalPass> builder) => builder.HasNoKey().ToView(null);
}
