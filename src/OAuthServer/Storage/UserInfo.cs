using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using OAuthServer.Protocol;

namespace OAuthServer.Storage;

/// <summary>
/// What is known of a person beside the address (table <c>account_profiles</c>). Operators write it; the server reads
/// it by the function <c>account_claims</c>, under the names of OpenID Connect.
/// </summary>
internal sealed record AccountProfile
{
    public Guid AccountId { get; init; }

    public string? Name { get; init; }

    public string? GivenName { get; init; }

    public string? FamilyName { get; init; }

    public string? MiddleName { get; init; }

    public string? Nickname { get; init; }

    public string? PreferredUsername { get; init; }

    public string? Profile { get; init; }

    public string? Picture { get; init; }

    public string? Website { get; init; }

    public string? Gender { get; init; }

    public string? Birthdate { get; init; }

    public string? Zoneinfo { get; init; }

    public string? Locale { get; init; }

    public string? PhoneNumber { get; init; }

    public bool PhoneNumberVerified { get; init; }

    public string? AddressFormatted { get; init; }

    public string? StreetAddress { get; init; }

    public string? Locality { get; init; }

    public string? Region { get; init; }

    public string? PostalCode { get; init; }

    public string? Country { get; init; }

    public DateTimeOffset UpdatedAt { get; init; }

    /// <summary>Personal data stays out of logs.</summary>
    public override string ToString() => $"profile of {AccountId}";
}

/// <summary>All claims of one person.</summary>
/// <param name="Claims">A JSON object.</param>
internal sealed record KnownPerson(string Claims)
{
    /// <summary>Personal data stays out of logs.</summary>
    public override string ToString() => "a person";
}

/// <summary>What the userinfo endpoint asks (OpenID Connect Core §5.3), in one statement.</summary>
internal sealed class UserInfo(IDbContextFactory<OAuthDbContext> contexts)
{
    /// <summary>The person's claims while nothing has ended an access token that has not expired; else null.</summary>
    /// <param name="tokenId">Its <c>jti</c>.</param>
    /// <param name="clientId">The client that it was issued to.</param>
    /// <param name="userId">The person that it speaks for.</param>
    /// <param name="ct">Ends the wait.</param>
    public async Task<string?> FindAsync(string tokenId, string clientId, Guid userId, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var person = await db.OnceAsync<KnownPerson>($"""
            SELECT account_claims(a.id)::text AS claims FROM accounts a
            WHERE a.id = {userId} AND a.disabled_at IS NULL
              AND EXISTS (SELECT FROM oauth_clients c WHERE c.client_id = {clientId} AND c.disabled_at IS NULL)
              AND NOT EXISTS (SELECT FROM oauth_revoked_tokens r
                              WHERE r.jti IN ({tokenId}, {Handle.GrantPart(tokenId)}) AND r.expires_at > now())
            """, ct);
        return person?.Claims;
    }
}

/// <summary>Maps the table and what the statement answers with.</summary>
internal sealed class AccountProfileTable
    : IEntityTypeConfiguration<AccountProfile>, IEntityTypeConfiguration<KnownPerson>
{
    public void Configure(EntityTypeBuilder<AccountProfile> builder)
    {
        builder.ToTable("account_profiles").HasKey(profile => profile.AccountId);
        builder.HasOne<Account>().WithOne().HasForeignKey<AccountProfile>(profile => profile.AccountId);
        builder.Property(profile => profile.UpdatedAt).HasDefaultValueSql("now()").ValueGeneratedOnAddOrUpdate();
    }

    public void Configure(EntityTypeBuilder<KnownPerson> builder) => builder.HasNoKey().ToView(null);
}
