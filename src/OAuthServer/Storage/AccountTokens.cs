using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using OAuthServer.Protocol;

namespace OAuthServer.Storage;

/// <summary>A row of <c>account_tokens</c>: what a mailed link is good for.</summary>
internal sealed record AccountToken
{
    public required byte[] Hash { get; init; }

    /// <summary>One of <see cref="LinkKinds"/>.</summary>
    public required string Kind { get; init; }

    /// <summary>Null for an address that has no account yet.</summary>
    public Guid? AccountId { get; init; }

    public string? SecurityStamp { get; init; }

    /// <summary>That the link was sent to.</summary>
    public required string Address { get; init; }

    public required string NormalizedAddress { get; init; }

    public DateTimeOffset MadeAt { get; init; }

    public DateTimeOffset ExpiresAt { get; init; }

    public DateTimeOffset? UsedAt { get; init; }

    /// <summary>Kept out of logs.</summary>
    public override string ToString() => $"a link of kind {Kind}";
}

/// <summary>A link that works still, and what it is good for.</summary>
internal sealed record LiveLink
{
    public Guid? AccountId { get; init; }

    /// <summary>One of <see cref="LinkKinds"/>.</summary>
    public required string Kind { get; init; }

    /// <summary>That it was sent to.</summary>
    public required string Address { get; init; }

    public required string NormalizedAddress { get; init; }
}

/// <summary>
/// Table <c>account_tokens</c>. A link is looked at as often as a mail scanner likes, and used once: the row that the
/// statement answers with decides. What it is bound to stands in the conditions: the account, its security stamp, and
/// for a link to the account's own address that address.
/// </summary>
internal sealed class AccountTokens(IDbContextFactory<OAuthDbContext> contexts)
{
    /// <summary>Keeps the hash of a token that is about to be mailed.</summary>
    public async Task AddAsync(string token, string kind, DueMail mail, TimeSpan life, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        await db.RunAsync($"""
            INSERT INTO account_tokens (
                hash, kind, account_id, security_stamp, address, normalized_address, expires_at)
            VALUES (
                {Handle.Hash(token)}, {kind}, {OrNull.Uuid(mail.AccountId)}, {OrNull.Text(mail.AskedStamp)},
                {mail.Address}, {mail.NormalizedAddress}, now() + {life})
            """, ct);
    }

    /// <summary>What the link is good for; null when it is dead. Nothing changes.</summary>
    public async Task<LiveLink?> FindAsync(string token, string[] kinds, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.OnceAsync<LiveLink>($"""
            SELECT t.account_id, t.kind, t.address, t.normalized_address
            FROM account_tokens AS t LEFT JOIN accounts AS a ON a.id = t.account_id
            WHERE t.hash = {Handle.Hash(token)} AND t.kind = ANY ({kinds}) AND t.used_at IS NULL
                AND t.expires_at > now()
              AND (t.account_id IS NULL OR (
                a.security_stamp = t.security_stamp AND a.disabled_at IS NULL
                AND (t.kind = 'new_address' OR a.normalized_email = t.normalized_address)))
            """, ct);
    }

    /// <summary>
    /// Uses the link up, in the transaction of a context: null, when somebody else was faster or it is dead. What it
    /// buys belongs into the same transaction.
    /// </summary>
    public static Task<LiveLink?> UseAsync(OAuthDbContext db, string token, string[] kinds, CancellationToken ct) =>
        db.OnceAsync<LiveLink>($"""
            UPDATE account_tokens AS t SET used_at = now()
            WHERE t.hash = {Handle.Hash(token)} AND t.kind = ANY ({kinds}) AND t.used_at IS NULL
                AND t.expires_at > now()
              AND (t.account_id IS NULL OR EXISTS (
                SELECT FROM accounts AS a
                WHERE a.id = t.account_id AND a.security_stamp = t.security_stamp AND a.disabled_at IS NULL
                  AND (t.kind = 'new_address' OR a.normalized_email = t.normalized_address)))
            RETURNING t.account_id, t.kind, t.address, t.normalized_address
            """, ct);

    /// <summary>
    /// Uses a link of an account up together with what it buys, in one transaction: neither is there without the other.
    /// Null, with nothing changed, when it is dead or somebody else's, or the change was refused.
    /// </summary>
    public static async Task<LiveLink?> UseWithAsync(
        OAuthDbContext db, string token, string[] kinds, Guid accountId, Func<LiveLink, Task<bool>> change,
        CancellationToken ct)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        if (await UseAsync(db, token, kinds, ct) is not { } link || link.AccountId != accountId) return null;
        if (!await change(link)) return null;
        await transaction.CommitAsync(ct);
        return link;
    }
}

/// <summary>Maps the table and what its statements answer with.</summary>
internal sealed class AccountTokenTable : IEntityTypeConfiguration<AccountToken>, IEntityTypeConfiguration<LiveLink>
{
    public void Configure(EntityTypeBuilder<LiveLink> builder) => builder.HasNoKey().ToView(null);

    public void Configure(EntityTypeBuilder<AccountToken> builder)
    {
        builder.ToTable("account_tokens").HasKey(token => token.Hash);
        builder.HasOne<Account>().WithMany().HasForeignKey(token => token.AccountId).OnDelete(DeleteBehavior.Cascade);
        builder.HasIndex(token => token.ExpiresAt);
        builder.HasIndex(token => token.AccountId);
    }
}
