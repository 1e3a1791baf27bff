using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace OAuthServer.Storage;

/// <summary>A row of <c>operators</c>: a person who may use the admin API.</summary>
internal sealed record OperatorRow
{
    public Guid AccountId { get; init; }

    public DateTimeOffset AddedAt { get; init; }
}

/// <summary>An operator as a list shows one.</summary>
internal sealed record ListedOperator(Guid Account, string? Email, DateTimeOffset AddedAt, bool Disabled);

/// <summary>The questions that are asked of <c>operators</c>.</summary>
internal sealed class OperatorAccounts(IDbContextFactory<OAuthDbContext> contexts)
{
    /// <summary>True for a person who is an operator and whose account is not disabled.</summary>
    public async Task<bool> HasAsync(Guid account, CancellationToken ct) =>
        await PseudonymAsync(account, ct) is not null;

    /// <summary>What the audit log calls such a person; null for everybody else.</summary>
    public async Task<Guid?> PseudonymAsync(Guid account, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.Accounts
            .Where(a => a.Id == account && a.DisabledAt == null && db.Operators.Any(row => row.AccountId == account))
            .Select(a => (Guid?)a.Pseudonym).SingleOrDefaultAsync(ct);
    }

    /// <summary>Every operator, by address.</summary>
    public async Task<IReadOnlyList<ListedOperator>> ListAsync(CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.Operators
            .Join(db.Accounts, row => row.AccountId, account => account.Id, (row, account) => new { row, account })
            .OrderBy(both => both.account.NormalizedEmail)
            .Select(both => new ListedOperator(
                both.account.Id, both.account.Email, both.row.AddedAt, both.account.DisabledAt != null))
            .ToListAsync(ct);
    }

    /// <summary>Makes somebody an operator, with its audit row; false when they are one.</summary>
    public async Task<bool> TryAddAsync(Guid account, AuditEvent entry, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        if (await db.Operators.AnyAsync(row => row.AccountId == account, ct)) return false;
        db.Operators.Add(new OperatorRow { AccountId = account });
        return await AuditEvents.CommitWithAsync(db, entry, ct);
    }

    /// <summary>The same the other way; false when they are none.</summary>
    public async Task<bool> TryRemoveAsync(Guid account, AuditEvent entry, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var rows = await db.Operators.Where(row => row.AccountId == account).ExecuteDeleteAsync(ct);
        return rows > 0 && await AuditEvents.CommitWithAsync(db, entry, ct);
    }
}

/// <summary>Maps the table.</summary>
internal sealed class OperatorTable : IEntityTypeConfiguration<OperatorRow>
{
    public void Configure(EntityTypeBuilder<OperatorRow> builder)
    {
        builder.ToTable("operators").HasKey(row => row.AccountId);
        builder.Property(row => row.AccountId).ValueGeneratedNever();
        builder.HasOne<Account>().WithOne().HasForeignKey<OperatorRow>(row => row.AccountId);
        builder.Property(row => row.AddedAt).HasDefaultValueSql("now()").ValueGeneratedOnAdd();
    }
}
