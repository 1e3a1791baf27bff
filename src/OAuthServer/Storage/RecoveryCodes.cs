using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace OAuthServer.Storage;

/// <summary>A row of <c>account_recovery_codes</c>.</summary>
internal sealed record RecoveryCode
{
    public Guid AccountId { get; init; }

    /// <summary>The SHA-256 of account and code.</summary>
    public required byte[] Code { get; init; }

    public DateTimeOffset MadeAt { get; init; }

    public DateTimeOffset? UsedAt { get; init; }

    /// <summary>The code is hashed, and stays out of logs all the same.</summary>
    public override string ToString() => $"recovery code of {AccountId}";
}

/// <summary>A recovery code that a statement used up, and how many are left.</summary>
internal sealed record UsedRecoveryCode(int LeftOver);

/// <summary>Table <c>account_recovery_codes</c>: one set for each account, each code of it once.</summary>
internal sealed class RecoveryCodes(IDbContextFactory<OAuthDbContext> contexts)
{
    /// <summary>Uses a code up; null when it is none of this account's, or was used before.</summary>
    public async Task<UsedRecoveryCode?> TryUseAsync(Guid accountId, byte[] code, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var used = await db.OnceAsync<UsedRecoveryCode>($"""
            WITH used AS (
                UPDATE account_recovery_codes SET used_at = now()
                WHERE account_id = {accountId} AND code = {code} AND used_at IS NULL
                RETURNING account_id
            )
            SELECT (SELECT count(*)::int - 1 FROM account_recovery_codes AS code
                    WHERE code.account_id = used.account_id AND code.used_at IS NULL) AS left_over
            FROM used
            """, ct);
        return db.IsAnswered(used) ? used : null;
    }

    /// <summary>Puts a new set in the place of the old one.</summary>
    public async Task ReplaceAsync(Guid accountId, byte[][] codes, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        // Of two who do it at once the second finds the set of the first.
        await AccountFactors.LockAsync(db, accountId, ct);
        await db.RunAsync($"""
            WITH gone AS (DELETE FROM account_recovery_codes WHERE account_id = {accountId})
            INSERT INTO account_recovery_codes (account_id, code) SELECT {accountId}, unnest({codes})
            """, ct);
        await transaction.CommitAsync(ct);
    }
}

/// <summary>Maps the table and what its statements answer with.</summary>
internal sealed class RecoveryCodeTable
    : IEntityTypeConfiguration<RecoveryCode>, IEntityTypeConfiguration<UsedRecoveryCode>
{
    public void Configure(EntityTypeBuilder<RecoveryCode> builder)
    {
        builder.ToTable("account_recovery_codes").HasKey(code => new { code.AccountId, code.Code });
        builder.HasOne<Account>().WithMany().HasForeignKey(code => code.AccountId);
    }

    public void Configure(EntityTypeBuilder<UsedRecoveryCode> builder) => builder.HasNoKey().ToView(null);
}
