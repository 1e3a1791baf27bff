using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using OAuthServer.Protocol;

namespace OAuthServer.Storage;

/// <summary>What is kept of a person, as one JSON document.</summary>
internal sealed record AccountData(string Json)
{
    /// <summary>Personal data stays out of logs.</summary>
    public override string ToString() => "what is kept of a person";
}

/// <summary>All that is kept of one person, over every table: to be handed out, and to be deleted.</summary>
internal sealed class PersonData(IDbContextFactory<OAuthDbContext> contexts)
{
    // So many of the newest events; the audit log may have years of them.
    private const int MostEvents = 1000;

    /// <summary>What is kept of the person, without hashes and stamps; null when there is no such account.</summary>
    public async Task<string?> ExportAsync(Guid id, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var data = await db.OnceAsync<AccountData>($"""
            SELECT jsonb_pretty(jsonb_build_object(
                'account', to_jsonb(a)
                    - ARRAY['password_hash', 'security_stamp', 'concurrency_stamp', 'factor_stamp', 'grants_from', 'pseudonym'],
                'profile', (SELECT jsonb_strip_nulls(to_jsonb(p) - 'account_id') FROM account_profiles AS p
                            WHERE p.account_id = a.id),
                'sessions', (SELECT coalesce(jsonb_agg(to_jsonb(s) - ARRAY['user_id', 'ended_correlation_id']
                                             ORDER BY s.began_at DESC), '[]')
                             FROM account_sessions AS s WHERE s.user_id = a.id),
                'connected_apps', (SELECT coalesce(jsonb_agg(jsonb_build_object(
                                       'client_id', c.client_id, 'name', client.name, 'resource', c.resource,
                                       'scopes', c.scopes, 'granted_at', c.granted_at) ORDER BY c.granted_at DESC), '[]')
                                   FROM oauth_consents AS c JOIN oauth_clients AS client ON client.client_id = c.client_id
                                   WHERE c.user_id = a.id),
                'access_of_apps', (SELECT coalesce(jsonb_agg(jsonb_build_object(
                                       'client_id', t.client_id, 'scope', t.scope, 'created_at', t.created_at,
                                       'expires_at', t.expires_at) ORDER BY t.created_at DESC), '[]')
                                   FROM oauth_refresh_tokens AS t WHERE t.user_id = a.id AND t.revoked_at IS NULL),
                'authenticator_app', (SELECT jsonb_build_object('added_at', f.added_at, 'used_at', f.used_at)
                                      FROM account_authenticators AS f WHERE f.account_id = a.id),
                'recovery_codes', (SELECT coalesce(jsonb_agg(jsonb_build_object(
                                       'made_at', r.made_at, 'used_at', r.used_at) ORDER BY r.used_at), '[]')
                                   FROM account_recovery_codes AS r WHERE r.account_id = a.id),
                'passkeys', (SELECT coalesce(jsonb_agg(jsonb_build_object(
                                 'name', k.name, 'added_at', k.added_at, 'used_at', k.used_at) ORDER BY k.added_at), '[]')
                             FROM account_passkeys AS k WHERE k.account_id = a.id),
                'logins', (SELECT coalesce(jsonb_agg(to_jsonb(l) - 'account_id' ORDER BY l.linked_at), '[]')
                           FROM account_logins AS l WHERE l.account_id = a.id),
                'mails', (SELECT coalesce(jsonb_agg(jsonb_build_object(
                              'kind', m.kind, 'to', coalesce(m.recipient, a.email), 'made_at', m.made_at,
                              'outcome', m.outcome) ORDER BY m.made_at DESC), '[]')
                          FROM mail_outbox AS m WHERE m.account_id = a.id),
                'events', (SELECT coalesce(jsonb_agg(to_jsonb(e) ORDER BY e.occurred_at DESC), '[]')
                           FROM (SELECT occurred_at, event, reason, client_id, address FROM oauth_audit_events
                                 WHERE pseudonym = a.pseudonym ORDER BY id DESC LIMIT {MostEvents}) AS e)
                )) AS json
            FROM accounts AS a WHERE a.id = {id}
            """, ct);
        return data?.Json;
    }

    /// <summary>
    /// Holds the account and its sessions until the caller's transaction ends; false when there is no such account.
    /// </summary>
    public static async Task<bool> HoldAsync(OAuthDbContext db, Guid id, CancellationToken ct)
    {
        var held = await db.OnceAsync<GrantHolder>($"SELECT id AS user_id FROM accounts WHERE id = {id} FOR UPDATE", ct);
        await Sessions.HoldAsync(db, id, ct);
        return held is not null;
    }

    /// <summary>
    /// Deletes the account in a transaction of the caller's, with its event: triggers end its sessions, whose apps are
    /// told, and take away all that names the person (migrations/019). Queues the mail that says so, to the address of
    /// before.
    /// </summary>
    public static async Task DeleteAsync(
        OAuthDbContext db, Guid id, string? language, AuditContext audit, CancellationToken ct)
    {
        await AuditEvents.WriteAsync(db, new AuditEvent(AuditEventNames.AccountDeleted, null, audit, UserId: id), ct);
        var address = await db.Accounts.Where(account => account.Id == id)
            .Select(account => account.Email).SingleOrDefaultAsync(ct);
        var mail = new MailRequest
        {
            Kind = MailKind.AccountDeleted,
            AccountId = id,
            To = address,
            Language = language,
        };
        if (address is not null) await MailOutbox.QueueAsync(db, mail, ct);
        await db.Accounts.Where(account => account.Id == id).ExecuteDeleteAsync(ct);
    }
}

/// <summary>Maps what the statement answers with.</summary>
internal sealed class AccountDataRow : IEntityTypeConfiguration<AccountData>
{
    public void Configure(EntityTypeBuilder<AccountData> builder) => builder.HasNoKey().ToView(null);
}
