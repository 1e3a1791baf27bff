using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using OAuthServer.Protocol;

namespace OAuthServer.Storage;

/// <summary>The second factors of a person.</summary>
internal sealed record FactorState
{
    /// <summary>Of an account without any.</summary>
    public static FactorState None { get; } = new();

    /// <summary>Changes with them.</summary>
    public Guid Stamp { get; init; }

    /// <summary>When the authenticator app was added; null without one.</summary>
    public DateTimeOffset? AppAddedAt { get; init; }

    public DateTimeOffset? AppUsedAt { get; init; }

    public int Passkeys { get; init; }

    public int RecoveryCodesLeft { get; init; }

    public bool HasApp => AppAddedAt is not null;

    /// <summary>True when the password alone does not open a session. Recovery codes alone are no factor.</summary>
    public bool HasAny => HasApp || Passkeys > 0;
}

/// <summary>What is asked of the factors of an account as a whole.</summary>
internal sealed class AccountFactors(IDbContextFactory<OAuthDbContext> contexts)
{
    public async Task<FactorState> FindAsync(Guid accountId, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.Accounts.Where(account => account.Id == accountId)
            .Select(account => new FactorState
            {
                Stamp = account.FactorStamp,
                AppAddedAt = db.Authenticators.Where(app => app.AccountId == account.Id)
                    .Select(app => (DateTimeOffset?)app.AddedAt).SingleOrDefault(),
                AppUsedAt = db.Authenticators.Where(app => app.AccountId == account.Id)
                    .Select(app => (DateTimeOffset?)app.UsedAt).SingleOrDefault(),
                Passkeys = db.Passkeys.Count(passkey => passkey.AccountId == account.Id),
                RecoveryCodesLeft = db.RecoveryCodes
                    .Count(code => code.AccountId == account.Id && code.UsedAt == null),
            })
            .SingleOrDefaultAsync(ct) ?? FactorState.None;
    }

    /// <summary>
    /// Takes the authenticator app away, and the recovery codes with the last factor. False when there is none, or
    /// <paramref name="mayBeLast"/> is false and it is the last factor.
    /// </summary>
    public async Task<bool> TryRemoveAppAsync(Guid accountId, bool mayBeLast, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        await LockAsync(db, accountId, ct);
        var removed = await db.OnceAsync<ChangedAuthenticator>($"""
            WITH others AS (
                SELECT EXISTS (SELECT FROM account_passkeys WHERE account_id = {accountId}) AS passkey
            ), removed AS (
                DELETE FROM account_authenticators AS app USING others
                WHERE app.account_id = {accountId} AND ({mayBeLast} OR others.passkey)
                RETURNING app.account_id
            ), codes AS (
                DELETE FROM account_recovery_codes AS code USING others, removed
                WHERE code.account_id = removed.account_id AND NOT others.passkey
            )
            SELECT account_id FROM removed
            """, ct);
        await transaction.CommitAsync(ct);
        return db.IsAnswered(removed);
    }

    /// <summary>
    /// Takes every factor of an account away, in a transaction of the caller's that holds the account; false when it
    /// had none. Passkeys stay where they are the only way in.
    /// </summary>
    /// <param name="db">Whose transaction it is.</param>
    /// <param name="accountId">Whose they are.</param>
    /// <param name="issuers">The providers at which people may sign in instead.</param>
    /// <param name="ct">Ends the wait.</param>
    public static async Task<bool> RemoveAllAsync(
        OAuthDbContext db, Guid accountId, string[] issuers, CancellationToken ct)
    {
        var codes = await db.RecoveryCodes.Where(code => code.AccountId == accountId).ExecuteDeleteAsync(ct);
        var apps = await db.Authenticators.Where(app => app.AccountId == accountId).ExecuteDeleteAsync(ct);
        var passkeys = await db.AllAsync<LockedAccount>($"""
            DELETE FROM account_passkeys WHERE account_id = {accountId}
              AND account_ways_in({accountId}, {issuers})
                  > (SELECT count(*) FROM account_passkeys WHERE account_id = {accountId})
            RETURNING account_id AS id
            """, ct);
        return codes + apps + passkeys.Count > 0;
    }

    /// <summary>No browser is remembered any more.</summary>
    public async Task ForgetBrowsersAsync(Guid accountId, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        await db.RunAsync($"UPDATE accounts SET factor_stamp = {Handle.NewId()} WHERE id = {accountId}", ct);
    }

    /// <summary>Holds an account while its factors are changed: what is read afterwards is what counts.</summary>
    public static Task LockAsync(OAuthDbContext db, Guid accountId, CancellationToken ct) =>
        db.AllAsync<LockedAccount>($"SELECT id FROM accounts WHERE id = {accountId} FOR NO KEY UPDATE", ct);
}

/// <summary>An account that a statement holds.</summary>
internal sealed record LockedAccount(Guid Id);

/// <summary>Maps what the statements answer with.</summary>
internal sealed class AccountFactorRows : IEntityTypeConfiguration<LockedAccount>
{
    public void Configure(EntityTypeBuilder<LockedAccount> builder) => builder.HasNoKey().ToView(null);
}
