using Microsoft.EntityFrameworkCore;
using Npgsql;
using OAuthServer.Protocol;

namespace OAuthServer.Storage;

/// <summary>
/// What operators do with accounts, with its audit row in one transaction. An account that was changed keeps nothing
/// that was read before: a trigger renews its stamp (migrations/002).
/// </summary>
internal sealed class AccountEditing(IDbContextFactory<OAuthDbContext> contexts)
{
    /// <summary>Makes accounts, all of them or none.</summary>
    /// <param name="people">Who they are.</param>
    /// <param name="how">What the audit log says of it beside the event.</param>
    /// <param name="mail">The mail that each of them gets; null for none.</param>
    /// <param name="rehearse">True to write nothing in the end.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <returns>The constraint that refused one, whose name says what is wrong; null when they are made.</returns>
    public async Task<string?> TryCreateAsync(
        IReadOnlyList<NewAccount> people, string? how, MailKind? mail, bool rehearse, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        foreach (var person in people) Add(db, person);
        try
        {
            await db.SaveChangesAsync(ct);
        }
        catch (PostgresException refused) when (IsOfTheRow(refused))
        {
            return refused.ConstraintName ?? refused.MessageText;
        }

        await RecordAsync(db, people, how, mail, ct);
        await DisableAsync(db, [.. people.Where(person => person.Disabled).Select(person => person.Id)], ct);
        if (mail is { } kind)
        {
            foreach (var person in people)
                await MailOutbox.QueueAsync(db, new MailRequest { Kind = kind, AccountId = person.Id }, ct);
        }

        if (!rehearse) await transaction.CommitAsync(ct);
        return null;
    }

    /// <summary>Whether the row is what is wrong: it breaks a constraint, or is too long for a column.</summary>
    internal static bool IsOfTheRow(PostgresException refused) =>
        refused.SqlState.StartsWith("23", StringComparison.Ordinal)
        || refused.SqlState == PostgresErrorCodes.StringDataRightTruncation;

    /// <summary>Which of these addresses, as they are compared, have an account.</summary>
    public async Task<IReadOnlySet<string>> TakenAsync(IReadOnlyCollection<string> addresses, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var taken = await db.Accounts.Where(account => addresses.Contains(account.NormalizedEmail!))
            .Select(account => account.NormalizedEmail!).ToListAsync(ct);
        return taken.ToHashSet(StringComparer.Ordinal);
    }

    /// <summary>Disables an account, or enables it again. False when it was so already.</summary>
    public Task<bool> SwitchAsync(Guid id, bool disable, CancellationToken ct) => ChangeAsync(
        id,
        disable ? AuditEventNames.AccountDisabled : AuditEventNames.AccountEnabled,
        async db =>
        {
            if (disable) return await DisableAsync(db, [id], ct);
            return await db.Accounts.Where(account => account.Id == id && account.DisabledAt != null)
                .ExecuteUpdateAsync(set => set.SetProperty(account => account.DisabledAt, (DateTimeOffset?)null), ct);
        },
        ct);

    /// <summary>Forgets the wrong passwords that were typed at an account, and the lock of them.</summary>
    public Task<bool> UnlockAsync(Guid id, CancellationToken ct) => ChangeAsync(
        id,
        AuditEventNames.AccountUnlocked,
        db => db.Accounts
            .Where(account => account.Id == id && (account.LockoutEnd != null || account.AccessFailedCount > 0))
            .ExecuteUpdateAsync(
                set => set.SetProperty(account => account.LockoutEnd, (DateTimeOffset?)null)
                    .SetProperty(account => account.AccessFailedCount, 0)
                    .SetProperty(account => account.ConcurrencyStamp, Handle.New()),
                ct),
        ct);

    /// <summary>
    /// Gives an account another password: every session ends with its stamp, and so does every mailed link. The person
    /// is told by mail.
    /// </summary>
    public Task<bool> SetPasswordAsync(Guid id, string hash, CancellationToken ct) => ChangeAsync(
        id,
        AuditEventNames.PasswordSet,
        async db =>
        {
            var set = await db.Accounts.Where(account => account.Id == id).ExecuteUpdateAsync(
                columns => columns.SetProperty(account => account.PasswordHash, hash)
                    .SetProperty(account => account.SecurityStamp, Handle.New())
                    .SetProperty(account => account.ConcurrencyStamp, Handle.New())
                    .SetProperty(account => account.LockoutEnd, (DateTimeOffset?)null)
                    .SetProperty(account => account.AccessFailedCount, 0),
                ct);
            var told = new MailRequest { Kind = MailKind.PasswordChanged, AccountId = id };
            if (set > 0) await MailOutbox.QueueAsync(db, told, ct);
            return set;
        },
        ct);

    /// <summary>Queues a mail with a link to choose a password.</summary>
    public Task<bool> InviteAsync(Guid id, MailKind kind, CancellationToken ct) => ChangeAsync(
        id,
        AuditEventNames.PasswordLinkSent,
        async db =>
        {
            await MailOutbox.QueueAsync(db, new MailRequest { Kind = kind, AccountId = id }, ct);
            return 1;
        },
        ct);

    /// <summary>Adds an account; whoever calls saves, and then records it.</summary>
    internal static void Add(OAuthDbContext db, NewAccount person)
    {
        db.Accounts.Add(new Account
        {
            Id = person.Id,
            UserName = person.Email,
            NormalizedUserName = person.NormalizedEmail,
            Email = person.Email,
            NormalizedEmail = person.NormalizedEmail,
            EmailConfirmed = person.EmailConfirmed,
            PasswordHash = person.PasswordHash,
            SecurityStamp = Handle.New(),
            ConcurrencyStamp = Handle.New(),
            LockoutEnabled = true,
        });
        if (person.Profile.Count > 0)
            ProfileEditing.Set(db, db.Profiles.Add(new AccountProfile { AccountId = person.Id }), person.Profile);
    }

    /// <summary>Writes the audit rows of accounts that were made.</summary>
    internal static Task RecordAsync(
        OAuthDbContext db, IReadOnlyCollection<NewAccount> people, string? how, MailKind? mail, CancellationToken ct)
    {
        var made = mail is null ? AuditEventNames.AccountCreated : AuditEventNames.AccountInvited;
        Guid[] ids = [.. people.Select(person => person.Id)];
        return db.RunAsync($"""
            INSERT INTO oauth_audit_events (event, pseudonym, detail)
            SELECT {made}, pseudonym, {OrNull.Text(how)} FROM accounts WHERE id = ANY ({ids})
            """, ct);
    }

    /// <summary>Disables accounts on a connection that there is.</summary>
    internal static async Task<int> DisableAsync(OAuthDbContext db, Guid[] ids, CancellationToken ct)
    {
        if (ids.Length == 0) return 0;
        var now = await db.ClockAsync(ct);
        return await db.Accounts.Where(account => ids.Contains(account.Id) && account.DisabledAt == null)
            .ExecuteUpdateAsync(set => set.SetProperty(account => account.DisabledAt, now), ct);
    }

    private async Task<bool> ChangeAsync(
        Guid id, string name, Func<OAuthDbContext, Task<int>> change, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        if (await change(db) == 0) return false;
        return await AuditEvents.CommitWithAsync(
            db, new AuditEvent(name, null, AuditContext.Command, UserId: id), ct);
    }
}
