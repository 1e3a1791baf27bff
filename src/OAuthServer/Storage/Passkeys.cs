using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace OAuthServer.Storage;

/// <summary>A row of <c>account_passkeys</c>.</summary>
internal sealed record Passkey
{
    public required byte[] CredentialId { get; init; }

    public Guid AccountId { get; init; }

    /// <summary>In COSE form.</summary>
    public required byte[] PublicKey { get; init; }

    /// <summary>The person's own word for it.</summary>
    public required string Name { get; init; }

    /// <summary>How often it signed, where the authenticator counts that.</summary>
    public long SignCount { get; init; }

    public string[] Transports { get; init; } = [];

    public bool BackupEligible { get; init; }

    public bool BackedUp { get; init; }

    public DateTimeOffset AddedAt { get; init; }

    public DateTimeOffset? UsedAt { get; init; }
}

/// <summary>A passkey to add.</summary>
internal sealed record NewPasskey
{
    public required Passkey Passkey { get; init; }

    /// <summary>The stamp of the account when the person proved who they are.</summary>
    public required string SecurityStamp { get; init; }

    /// <summary>Hashes of recovery codes, for an account that has none left.</summary>
    public required byte[][] RecoveryCodes { get; init; }

    /// <summary>Without the hashes.</summary>
    public override string ToString() => $"new passkey of {Passkey.AccountId}";
}

/// <summary>What came of adding one.</summary>
/// <param name="RecoveryCodes">How many recovery codes were made with it: all of them, or none.</param>
internal sealed record AddedPasskey(int RecoveryCodes);

/// <summary>The passkey that a statement changed.</summary>
internal sealed record ChangedPasskey(byte[] CredentialId);

/// <summary>Table <c>account_passkeys</c>.</summary>
internal sealed class Passkeys(IDbContextFactory<OAuthDbContext> contexts)
{
    /// <summary>How many an account can have.</summary>
    public const int Most = 20;

    public async Task<IReadOnlyList<Passkey>> ListAsync(Guid accountId, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.Passkeys.Where(passkey => passkey.AccountId == accountId)
            .OrderBy(passkey => passkey.AddedAt).ToListAsync(ct);
    }

    /// <summary>The passkey of a credential, whoever has it.</summary>
    public async Task<Passkey?> FindAsync(byte[] credentialId, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.Passkeys.SingleOrDefaultAsync(passkey => passkey.CredentialId == credentialId, ct);
    }

    /// <summary>
    /// Adds a passkey, with recovery codes for whoever has none left. Null, with nothing changed, when the account has
    /// changed meanwhile or has as many as it can, or the credential is somebody's.
    /// </summary>
    public async Task<AddedPasskey?> TryAddAsync(NewPasskey added, CancellationToken ct)
    {
        var passkey = added.Passkey;
        await using var db = await contexts.CreateDbContextAsync(ct);
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        await AccountFactors.LockAsync(db, passkey.AccountId, ct);
        var row = await db.OnceAsync<AddedPasskey>($"""
            WITH added AS (
                INSERT INTO account_passkeys (credential_id, account_id, public_key, name, sign_count, transports,
                                              backup_eligible, backed_up)
                SELECT {passkey.CredentialId}, id, {passkey.PublicKey}, {passkey.Name}, {passkey.SignCount},
                       {passkey.Transports}, {passkey.BackupEligible}, {passkey.BackedUp}
                FROM accounts
                WHERE id = {passkey.AccountId} AND disabled_at IS NULL AND security_stamp = {added.SecurityStamp}
                  AND (SELECT count(*) FROM account_passkeys WHERE account_id = {passkey.AccountId}) < {Most}
                ON CONFLICT (credential_id) DO NOTHING
                RETURNING account_id
            ), codes AS (
                INSERT INTO account_recovery_codes (account_id, code)
                SELECT account_id, unnest({added.RecoveryCodes}) FROM added
                WHERE NOT EXISTS (SELECT FROM account_recovery_codes AS left_over
                                  WHERE left_over.account_id = added.account_id AND left_over.used_at IS NULL)
                RETURNING code
            )
            SELECT (SELECT count(*)::int FROM codes) AS recovery_codes FROM added
            """, ct);
        await transaction.CommitAsync(ct);
        return db.IsAnswered(row) ? row : null;
    }

    /// <summary>Notes that a passkey signed. False when it is gone, or its count is behind what was seen.</summary>
    public async Task<bool> TryUseAsync(byte[] credentialId, long signCount, bool backedUp, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var used = await db.OnceAsync<ChangedPasskey>($"""
            UPDATE account_passkeys SET sign_count = {signCount}, backed_up = {backedUp}, used_at = now()
            WHERE credential_id = {credentialId}
              AND (sign_count < {signCount} OR (sign_count = 0 AND {signCount} = 0))
            RETURNING credential_id
            """, ct);
        return db.IsAnswered(used);
    }

    /// <summary>
    /// Takes a passkey away, and the recovery codes with the last factor. False when it is not this account's, it is
    /// the last way to sign in, or a factor has to stay.
    /// </summary>
    /// <param name="accountId">Whose it is.</param>
    /// <param name="credentialId">Which.</param>
    /// <param name="needsFactor">True where everybody has to have a second factor.</param>
    /// <param name="issuers">The other providers at which people can sign in.</param>
    /// <param name="ct">Ends the wait.</param>
    public async Task<bool> TryRemoveAsync(
        Guid accountId, byte[] credentialId, bool needsFactor, string[] issuers, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        // Of two at once the second sees what the first left.
        await AccountFactors.LockAsync(db, accountId, ct);
        var removed = await db.OnceAsync<ChangedPasskey>($"""
            WITH others AS (
                SELECT EXISTS (SELECT FROM account_passkeys
                               WHERE account_id = {accountId} AND credential_id <> {credentialId}) AS passkey,
                       EXISTS (SELECT FROM account_authenticators WHERE account_id = {accountId}) AS app,
                       account_ways_in({accountId}, {issuers}) > 1 AS way_in
            ), removed AS (
                DELETE FROM account_passkeys AS p USING others
                WHERE p.account_id = {accountId} AND p.credential_id = {credentialId}
                  AND (others.passkey OR (others.way_in AND (others.app OR NOT {needsFactor})))
                RETURNING p.credential_id
            ), codes AS (
                DELETE FROM account_recovery_codes AS code USING others, removed
                WHERE code.account_id = {accountId} AND NOT others.passkey AND NOT others.app
            )
            SELECT credential_id FROM removed
            """, ct);
        await transaction.CommitAsync(ct);
        return db.IsAnswered(removed);
    }
}

/// <summary>Maps the table and what its statements answer with.</summary>
internal sealed class PasskeyTable
    : IEntityTypeConfiguration<Passkey>,
        IEntityTypeConfiguration<AddedPasskey>,
        IEntityTypeConfiguration<ChangedPasskey>
{
    public void Configure(EntityTypeBuilder<Passkey> builder)
    {
        builder.ToTable("account_passkeys").HasKey(passkey => passkey.CredentialId);
        builder.HasOne<Account>().WithMany().HasForeignKey(passkey => passkey.AccountId);
    }

    public void Configure(EntityTypeBuilder<AddedPasskey> builder) => builder.HasNoKey().ToView(null);

    public void Configure(EntityTypeBuilder<ChangedPasskey> builder) => builder.HasNoKey().ToView(null);
}
