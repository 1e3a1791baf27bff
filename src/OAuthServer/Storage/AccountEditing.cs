using Microsoft.EntityFrameworkCore;
using Npgsql;
using OAuthServer.Protocol;

namespace OAuthServer.Storage;

/// <summary>
/// What operators do with accounts, with its audit row in one transaction. An account that was changed keeps nothing
/// that was read before: a trigger renews its stamp (migrations/002).
/// </summary>
/// <param name="contexts">For its transactions.</param>
/// <param name="issuers">The providers at which people may sign in; null for none.</param>
internal sealed class AccountEditing(IDbContextFactory<OAuthDbContext> contexts, string[]? issuers = null)
{
    /// <summary>Makes accounts, all of them or none.</summary>
    /// <param name="people">Who they are.</param>
    /// <param name="how">Who makes them, and what the audit log says of a command.</param>
    /// <param name="mail">The mail that each of them gets; null for none.</param>
    /// <param name="rehearse">True to write nothing in the end.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <returns>The constraint that refused one, whose name says what is wrong; null when they are made.</returns>
    public async Task<string?> TryCreateAsync(
        IReadOnlyList<NewAccount> people, (AccountEdit By, string Note) how, MailKind? mail, bool rehearse,
        CancellationToken ct)
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

    /// <summary>Disables an account, or enables it again.</summary>
    public Task<AccountEdited> SwitchAsync(Guid id, bool disable, AccountEdit by, CancellationToken ct) => ChangeAsync(
        new(id, disable ? AuditEventNames.AccountDisabled : AuditEventNames.AccountEnabled, by)
        {
            Members = [new("disabled", disable ? "false" : "true", disable ? "true" : "false")],
        },
        async db =>
        {
            if (disable) return await DisableAsync(db, [id], ct);
            return await db.Accounts.Where(account => account.Id == id && account.DisabledAt != null)
                .ExecuteUpdateAsync(set => set.SetProperty(account => account.DisabledAt, (DateTimeOffset?)null), ct);
        },
        ct);

    /// <summary>Forgets the wrong passwords that were typed at an account, and the lock of them.</summary>
    public Task<AccountEdited> UnlockAsync(Guid id, AccountEdit by, CancellationToken ct) => ChangeAsync(
        new(id, AuditEventNames.AccountUnlocked, by) { Members = [new("wrong_passwords", "some", "0")] },
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
    public Task<AccountEdited> SetPasswordAsync(
        Guid id, string hash, AccountEdit by, CancellationToken ct) => ChangeAsync(
        new(id, AuditEventNames.PasswordSet, by) { Members = [new("password", null, "another")] },
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
    public Task<AccountEdited> InviteAsync(Guid id, MailKind kind, AccountEdit by, CancellationToken ct) => ChangeAsync(
        new(id, AuditEventNames.PasswordLinkSent, by),
        async db =>
        {
            await MailOutbox.QueueAsync(db, new MailRequest { Kind = kind, AccountId = id }, ct);
            return 1;
        },
        ct);

    /// <summary>
    /// Takes every second factor away; the person is told by mail. Passkeys stay where they are the only way in.
    /// </summary>
    public Task<AccountEdited> RemoveFactorsAsync(Guid id, AccountEdit by, CancellationToken ct) => ChangeAsync(
        new(id, AuditEventNames.FactorRemoved, by)
        {
            Note = "all, by command",
            Members = [new("factors", "some", "none")],
        },
        async db =>
        {
            if (!await AccountFactors.RemoveAllAsync(db, id, issuers ?? [], ct)) return 0;
            await MailOutbox.QueueAsync(db, new MailRequest { Kind = MailKind.FactorRemoved, AccountId = id }, ct);
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

    /// <summary>Writes the audit rows of accounts that were made; their addresses stay out of it.</summary>
    internal static Task RecordAsync(
        OAuthDbContext db,
        IReadOnlyCollection<NewAccount> people,
        (AccountEdit By, string Note) how,
        MailKind? mail,
        CancellationToken ct)
    {
        var made = mail is null ? AuditEventNames.AccountCreated : AuditEventNames.AccountInvited;
        var detail = how.By.DetailOf(how.Note, new AccountMemberEdit("email", null, "given"));
        var context = how.By.Context;
        Guid[] ids = [.. people.Select(person => person.Id)];
        return db.RunAsync($"""
            INSERT INTO oauth_audit_events (event, pseudonym, address, correlation_id, detail)
            SELECT {made}, pseudonym, {OrNull.Text(context.Address)}, {OrNull.Text(context.CorrelationId)},
                   {OrNull.Text(detail)}
            FROM accounts WHERE id = ANY ({ids})
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

    // Whoever makes somebody an operator waits for the row, and is waited for.
    private static async Task<AccountEdited?> ObstacleAsync(OAuthDbContext db, PlannedEdit edit, CancellationToken ct)
    {
        await db.AllAsync<LockedAccount>($"SELECT id FROM accounts WHERE id = {edit.Id} FOR UPDATE", ct);
        var found = await db.Accounts.Where(account => account.Id == edit.Id)
            .Select(account => new
            {
                Stamp = account.ConcurrencyStamp,
                Operates = db.Operators.Any(row => row.AccountId == account.Id),
            })
            .SingleOrDefaultAsync(ct);
        if (found is null) return AccountEdited.Unknown;
        if (found.Operates && edit.By.SparesOperators) return AccountEdited.Operates;
        return edit.By.Tags?.Contains(AccountTag.Of(found.Stamp!), StringComparer.Ordinal) == false
            ? AccountEdited.Stale
            : null;
    }

    private async Task<AccountEdited> ChangeAsync(
        PlannedEdit edit, Func<OAuthDbContext, Task<int>> change, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        if (await ObstacleAsync(db, edit, ct) is { } obstacle) return obstacle;
        if (await change(db) == 0) return AccountEdited.WasSo;
        var entry = new AuditEvent(edit.Event, null, edit.By.Context, UserId: edit.Id)
        {
            Detail = edit.By.DetailOf(edit.Note, edit.Members),
        };
        await AuditEvents.CommitWithAsync(db, entry, ct);
        return AccountEdited.Done;
    }

    private sealed record PlannedEdit(Guid Id, string Event, AccountEdit By)
    {
        public string? Note { get; init; }

        public IReadOnlyList<AccountMemberEdit> Members { get; init; } = [];
    }
}
