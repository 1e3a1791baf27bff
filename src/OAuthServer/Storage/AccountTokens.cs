using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

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

/// <summary>Maps the table.</summary>
internal sealed class AccountTokenTable : IEntityTypeConfiguration<AccountToken>
{
    public void Configure(EntityTypeBuilder<AccountToken> builder)
    {
        builder.ToTable("account_tokens").HasKey(token => token.Hash);
        builder.HasOne<Account>().WithMany().HasForeignKey(token => token.AccountId).OnDelete(DeleteBehavior.Cascade);
        builder.HasIndex(token => token.ExpiresAt);
        builder.HasIndex(token => token.AccountId);
    }
}
