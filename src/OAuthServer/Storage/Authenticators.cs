using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace OAuthServer.Storage;

/// <summary>A row of <c>account_authenticators</c>: the authenticator app of a person (RFC 6238).</summary>
internal sealed record Authenticator
{
    public Guid AccountId { get; init; }

    /// <summary>Of the enrolment.</summary>
    public Guid Id { get; init; }

    /// <summary>Encrypted for this account.</summary>
    public required byte[] Secret { get; init; }

    /// <summary>The id of the server secret that it is encrypted with.</summary>
    public required string WrappedBy { get; init; }

    /// <summary>The time step of the last code that was taken.</summary>
    public long LastStep { get; init; }

    /// <summary>In a row.</summary>
    public int WrongCodes { get; init; }

    /// <summary>No code is taken before.</summary>
    public DateTimeOffset? WaitsUntil { get; init; }

    public DateTimeOffset AddedAt { get; init; }

    public DateTimeOffset UsedAt { get; init; }

    /// <summary>The secret is encrypted, and stays out of logs all the same.</summary>
    public override string ToString() => $"authenticator of {AccountId}";
}

/// <summary>An authenticator app whose first code was right.</summary>
internal sealed record NewAuthenticator
{
    public required Guid AccountId { get; init; }

    /// <summary>The stamp of the account when the person proved who they are.</summary>
    public required string SecurityStamp { get; init; }

    public required Guid Id { get; init; }

    public required byte[] Secret { get; init; }

    public required string WrappedBy { get; init; }

    /// <summary>Of the code that confirmed it, which is used up with this.</summary>
    public required long Step { get; init; }

    /// <summary>False for whoever has typed a password alone: they may add the first factor and replace none.</summary>
    public required bool MayReplace { get; init; }

    /// <summary>Hashes of recovery codes, for an account that has none left.</summary>
    public required byte[][] RecoveryCodes { get; init; }

    /// <summary>The secret is encrypted, and stays out of logs all the same.</summary>
    public override string ToString() => $"new authenticator of {AccountId}";
}

/// <summary>What came of adding one.</summary>
/// <param name="RecoveryCodes">How many recovery codes were made with it: all of them, or none.</param>
internal sealed record AddedAuthenticator(int RecoveryCodes);

/// <summary>The authenticator that a statement changed.</summary>
internal sealed record ChangedAuthenticator(Guid AccountId);

/// <summary>A wrong code that was counted.</summary>
/// <param name="WrongCodes">In a row.</param>
/// <param name="Wait">How long no code is taken; null for no time.</param>
internal sealed record WrongCode(int WrongCodes, TimeSpan? Wait);

/// <summary>
/// Table <c>account_authenticators</c>. That a code works once, and that guessing ends, is decided by the row that a
/// statement changes: over all instances (docs/decisions/038-a-code-works-once.md).
/// </summary>
internal sealed class Authenticators(IDbContextFactory<OAuthDbContext> contexts)
{
    /// <summary>How many wrong codes in a row there can be at most (NIST SP 800-63B-4 §3.2.2).</summary>
    public const int MostWrongCodes = 100;

    // The next one has to wait, and each further one twice as long.
    private const int FreeWrongCodes = 5;

    private static readonly TimeSpan FirstWait = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(1);

    public async Task<Authenticator?> FindAsync(Guid accountId, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.Authenticators.SingleOrDefaultAsync(app => app.AccountId == accountId, ct);
    }

    /// <summary>
    /// Adds an app, with recovery codes for whoever has none left. Null, with nothing changed, when the account has
    /// changed meanwhile, this enrolment was finished before, or there is a factor that may not be replaced.
    /// </summary>
    public async Task<AddedAuthenticator?> TryAddAsync(NewAuthenticator app, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var added = await db.OnceAsync<AddedAuthenticator>($"""
            WITH person AS (
                SELECT id FROM accounts
                WHERE id = {app.AccountId} AND disabled_at IS NULL AND security_stamp = {app.SecurityStamp}
                FOR NO KEY UPDATE
            ), added AS (
                INSERT INTO account_authenticators AS known (account_id, id, secret, wrapped_by, last_step)
                SELECT person.id, {app.Id}, {app.Secret}, {app.WrappedBy}, {app.Step} FROM person
                WHERE {app.MayReplace}
                   OR NOT EXISTS (SELECT FROM account_passkeys WHERE account_id = {app.AccountId})
                ON CONFLICT (account_id) DO UPDATE
                SET id = excluded.id, secret = excluded.secret, wrapped_by = excluded.wrapped_by,
                    last_step = excluded.last_step, wrong_codes = 0, waits_until = NULL, added_at = now(),
                    used_at = now()
                WHERE {app.MayReplace} AND known.id <> excluded.id
                RETURNING account_id
            ), codes AS (
                INSERT INTO account_recovery_codes (account_id, code)
                SELECT account_id, unnest({app.RecoveryCodes}) FROM added
                WHERE NOT EXISTS (SELECT FROM account_recovery_codes AS left_over
                                  WHERE left_over.account_id = added.account_id AND left_over.used_at IS NULL)
                RETURNING code
            )
            SELECT (SELECT count(*)::int FROM codes) AS recovery_codes FROM added
            """, ct);
        return db.IsAnswered(added) ? added : null;
    }

    /// <summary>
    /// Uses a code up by the time step that it is of. False when that step or a later one was used before, or guessing
    /// has to wait.
    /// </summary>
    public async Task<bool> TryUseAsync(Guid accountId, Guid id, long step, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var used = await db.OnceAsync<ChangedAuthenticator>($"""
            UPDATE account_authenticators
            SET last_step = {step}, wrong_codes = 0, waits_until = NULL, used_at = now()
            WHERE account_id = {accountId} AND id = {id} AND last_step < {step}
              AND wrong_codes < {MostWrongCodes} AND (waits_until IS NULL OR waits_until <= now())
            RETURNING account_id
            """, ct);
        return db.IsAnswered(used);
    }

    /// <summary>Counts a wrong code; null when none is looked at now.</summary>
    public async Task<WrongCode?> CountWrongAsync(Guid accountId, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.OnceAsync<WrongCode>($"""
            UPDATE account_authenticators
            SET wrong_codes = wrong_codes + 1,
                waits_until = CASE WHEN wrong_codes + 1 >= {FreeWrongCodes} THEN
                    now() + least({LongestWait}, {FirstWait} * 2 ^ least(wrong_codes + 1 - {FreeWrongCodes}, 12)) END
            WHERE account_id = {accountId}
              AND wrong_codes < {MostWrongCodes} AND (waits_until IS NULL OR waits_until <= now())
            RETURNING wrong_codes, waits_until - now() AS wait
            """, ct);
    }

    /// <summary>Forgets wrong codes: the owner came in by another way.</summary>
    public async Task ForgiveAsync(Guid accountId, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        await db.Authenticators.Where(app => app.AccountId == accountId && app.WrongCodes > 0)
            .ExecuteUpdateAsync(
                row => row.SetProperty(app => app.WrongCodes, 0)
                    .SetProperty(app => app.WaitsUntil, (DateTimeOffset?)null),
                ct);
    }

    /// <summary>How long no code is taken yet; zero or less for no time.</summary>
    public async Task<TimeSpan> WaitAsync(Guid accountId, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var state = await db.OnceAsync<WrongCode>($"""
            SELECT wrong_codes, waits_until - now() AS wait FROM account_authenticators WHERE account_id = {accountId}
            """, ct);
        return state is { WrongCodes: >= MostWrongCodes } ? LongestWait : state?.Wait ?? TimeSpan.Zero;
    }

    /// <summary>Some whose secret is encrypted with this server secret.</summary>
    public async Task<IReadOnlyList<Authenticator>> WrappedByAsync(string secret, int most, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.Authenticators.Where(app => app.WrappedBy == secret)
            .OrderBy(app => app.AccountId).Take(most).ToListAsync(ct);
    }

    /// <summary>Puts the same secret, encrypted anew, in the place of what was read.</summary>
    public async Task RewrapAsync(Authenticator read, byte[] secret, string wrappedBy, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        await db.Authenticators
            .Where(app => app.AccountId == read.AccountId && app.Id == read.Id && app.WrappedBy == read.WrappedBy)
            .ExecuteUpdateAsync(
                row => row.SetProperty(app => app.Secret, secret).SetProperty(app => app.WrappedBy, wrappedBy), ct);
    }
}

/// <summary>Maps the table and what its statements answer with.</summary>
internal sealed class AuthenticatorTable
    : IEntityTypeConfiguration<Authenticator>,
        IEntityTypeConfiguration<AddedAuthenticator>,
        IEntityTypeConfiguration<ChangedAuthenticator>,
        IEntityTypeConfiguration<WrongCode>
{
    public void Configure(EntityTypeBuilder<Authenticator> builder)
    {
        builder.ToTable("account_authenticators").HasKey(app => app.AccountId);
        builder.Property(app => app.AccountId).ValueGeneratedNever();
        builder.HasOne<Account>().WithOne().HasForeignKey<Authenticator>(app => app.AccountId);
    }

    public void Configure(EntityTypeBuilder<AddedAuthenticator> builder) => builder.HasNoKey().ToView(null);

    public void Configure(EntityTypeBuilder<ChangedAuthenticator> builder) => builder.HasNoKey().ToView(null);

    public void Configure(EntityTypeBuilder<WrongCode> builder) => builder.HasNoKey().ToView(null);
}
