using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace OAuthServer.Storage;

/// <summary>
/// A person who can sign in (table <c>accounts</c>). ASP.NET Core Identity owns passwords and lockout.
/// </summary>
internal sealed class Account : IdentityUser<Guid>
{
    /// <summary>
    /// When an operator shut the account; its sessions, codes and refresh tokens are dead from then on.
    /// </summary>
    public DateTimeOffset? DisabledAt { get; private init; }

    /// <summary>Codes and refresh tokens of grants from before are dead; set when it is disabled or enabled.</summary>
    public DateTimeOffset GrantsFrom { get; private init; }

    /// <summary>By what an operator knows it: the address, or the id of an account without one.</summary>
    public string Known => Email ?? Id.ToString();

    /// <summary>When the row was made.</summary>
    public DateTimeOffset CreatedAt { get; private init; }

    /// <summary>Changes with the second factors; a trigger writes it.</summary>
    public Guid FactorStamp { get; private init; }

    /// <summary>
    /// What the audit log calls the person; the database makes it, and it is nowhere else (decision 052).
    /// </summary>
    public Guid Pseudonym { get; private init; }
}

/// <summary>A kind of hash that this server does not make, and a hash of that kind.</summary>
internal sealed record ForeignHash(string Cost, string Example)
{
    /// <summary>The kind alone.</summary>
    public override string ToString() => Cost;
}

/// <summary>Questions about accounts that are not Identity's.</summary>
internal sealed class Accounts(IDbContextFactory<OAuthDbContext> contexts)
{
    /// <summary>The account of an id; null when there is none.</summary>
    public async Task<Account?> FindAsync(Guid id, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.Accounts.SingleOrDefaultAsync(account => account.Id == id, ct);
    }

    /// <summary>
    /// The account of an address in the form in which addresses are compared; null when there is none.
    /// </summary>
    public async Task<Account?> FindNormalizedAsync(string email, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.Accounts.SingleOrDefaultAsync(account => account.NormalizedEmail == email, ct);
    }

    /// <summary>
    /// Each kind of hash in the table that this server does not make, by what checking one costs: a few steps through
    /// an index, however many people there are.
    /// </summary>
    public async Task<IReadOnlyList<ForeignHash>> ForeignHashesAsync(CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.AllAsync<ForeignHash>($"""
            WITH RECURSIVE kinds AS (
                (SELECT account_hash_cost(password_hash) AS cost, password_hash AS example FROM accounts
                 WHERE password_hash NOT LIKE 'AQAAAAIAAzRQ%'
                 ORDER BY account_hash_cost(password_hash) LIMIT 1)
                UNION ALL
                SELECT following.cost, following.example FROM kinds, LATERAL (
                    SELECT account_hash_cost(password_hash) AS cost, password_hash AS example FROM accounts
                    WHERE password_hash NOT LIKE 'AQAAAAIAAzRQ%' AND account_hash_cost(password_hash) > kinds.cost
                    ORDER BY account_hash_cost(password_hash) LIMIT 1) AS following
            )
            SELECT cost, example FROM kinds WHERE cost IS NOT NULL
            """, ct);
    }

    /// <summary>The account of an address as it was typed; null when there is none.</summary>
    public async Task<Account?> FindAsync(string email, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.Accounts.SingleOrDefaultAsync(account => account.Email == email, ct);
    }
}

/// <summary>Maps what the statements answer with.</summary>
internal sealed class AccountRows : IEntityTypeConfiguration<ForeignHash>
{
    public void Configure(EntityTypeBuilder<ForeignHash> builder) => builder.HasNoKey().ToView(null);
}

/// <summary>Maps the table; the columns that Identity has and this server does not use are left out.</summary>
internal sealed class AccountTable : IEntityTypeConfiguration<Account>
{
    /// <summary>Says which of the two was taken, when an account cannot be written.</summary>
    public const string EmailIndex = "accounts_normalized_email";

    public const string UserNameIndex = "accounts_normalized_user_name";

    private const int LongestName = 256;

    public void Configure(EntityTypeBuilder<Account> builder)
    {
        builder.ToTable("accounts").HasKey(account => account.Id);
        builder.Ignore(account => account.PhoneNumber);
        builder.Ignore(account => account.PhoneNumberConfirmed);
        builder.Ignore(account => account.TwoFactorEnabled);
        builder.Property(account => account.UserName).HasMaxLength(LongestName);
        builder.Property(account => account.NormalizedUserName).HasMaxLength(LongestName);
        builder.Property(account => account.Email).HasMaxLength(LongestName);
        builder.Property(account => account.NormalizedEmail).HasMaxLength(LongestName);
        builder.Property(account => account.SecurityStamp).IsRequired();
        builder.Property(account => account.ConcurrencyStamp).IsRequired().IsConcurrencyToken();
        // PostgreSQL keeps the moment and no offset.
        builder.Property(account => account.LockoutEnd)
            .HasConversion(end => end == null ? end : end.Value.ToUniversalTime(), end => end);
        builder.HasIndex(account => account.NormalizedUserName).IsUnique().HasDatabaseName(UserNameIndex);
        builder.HasIndex(account => account.NormalizedEmail).IsUnique().HasDatabaseName(EmailIndex);
        // Operators alone disable an account, by ExecuteUpdate or SQL: no write of Identity's, which sends every
        // column, may undo it.
        LeaveToSql(builder.Property(account => account.DisabledAt).Metadata);
        LeaveToSql(builder.Property(account => account.GrantsFrom).Metadata);
        LeaveToSql(builder.Property(account => account.CreatedAt).Metadata);
        LeaveToSql(builder.Property(account => account.FactorStamp).Metadata);
        LeaveToSql(builder.Property(account => account.Pseudonym).Metadata);
        builder.HasIndex(account => account.Pseudonym).IsUnique();
    }

    private static void LeaveToSql(IMutableProperty property)
    {
        property.SetAfterSaveBehavior(PropertySaveBehavior.Ignore);
        property.SetBeforeSaveBehavior(PropertySaveBehavior.Ignore);
    }
}
