using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace OAuthServer.Storage;

/// <summary>A row of <c>oauth_authorization_codes</c> (RFC 6749 §4.1.2).</summary>
internal sealed record AuthorizationCode
{
    /// <summary>The grant that this code begins; the refresh token's row has the same id.</summary>
    public Guid Id { get; init; }

    /// <summary>SHA-256 of the code.</summary>
    public required byte[] Code { get; init; }

    public required string ClientId { get; init; }

    public Guid UserId { get; init; }

    public required string RedirectUri { get; init; }

    public bool RedirectUriWasSent { get; init; }

    public required string Scope { get; init; }

    public string? CodeChallenge { get; init; }

    public required string CodeChallengeMethod { get; init; }

    /// <summary>The consent form that was answered; null when consent was remembered.</summary>
    public Guid? TicketId { get; init; }

    public string[]? Resources { get; init; }

    public Guid? SessionId { get; init; }

    public DateTimeOffset? AuthTime { get; init; }

    public string? Acr { get; init; }

    public string[]? Amr { get; init; }

    public string? Nonce { get; init; }

    public string? Cnf { get; init; }

    public string? Claims { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset ExpiresAt { get; init; }

    public DateTimeOffset? UsedAt { get; init; }

    public DateTimeOffset? RevokedAt { get; init; }

    /// <summary>Kept out of logs.</summary>
    public override string ToString() => $"code of {ClientId}";
}

/// <summary>Maps the table and what its statements answer with.</summary>
internal sealed class AuthorizationCodeTable :
    IEntityTypeConfiguration<AuthorizationCode>,
    IEntityTypeConfiguration<GrantedAccess>,
    IEntityTypeConfiguration<CodeState>
{
    public void Configure(EntityTypeBuilder<AuthorizationCode> builder)
    {
        builder.ToTable("oauth_authorization_codes").HasKey(code => code.Code);
        builder.HasIndex(code => code.TicketId).IsUnique();
    }

    public void Configure(EntityTypeBuilder<GrantedAccess> builder) =>
        builder.HasNoKey().ToView(null)
            .Ignore(access => access.RefreshToken).Ignore(access => access.Audience).Ignore(access => access.Lifetime)
            .Ignore(access => access.TellsClaims);

    public void Configure(EntityTypeBuilder<CodeState> builder) => builder.HasNoKey().ToView(null);
}
