using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace OAuthServer.Storage;

/// <summary>
/// A row of <c>oauth_refresh_tokens</c>: one session of a person with a client, changed in its place by every refresh
/// (RFC 6749 §6). docs/decisions/007-one-row-per-session.md says why.
/// </summary>
internal sealed record RefreshToken
{
    /// <summary>The grant, which began with the code of the same id.</summary>
    public Guid Id { get; init; }

    /// <summary>See <see cref="RefreshTokenValue.FamilyKey"/>; never changes.</summary>
    public required byte[] Family { get; init; }

    /// <summary>SHA-256 of the live token.</summary>
    public required byte[] Token { get; init; }

    /// <summary>SHA-256 of the token before it; null until the first refresh.</summary>
    public byte[]? PreviousToken { get; init; }

    /// <summary>With the previous token itself: the live one, for a repeated request.</summary>
    public byte[]? SuccessorNonce { get; init; }

    public required string ClientId { get; init; }

    public Guid UserId { get; init; }

    public required string Scope { get; init; }

    public string[]? Resources { get; init; }

    public Guid? SessionId { get; init; }

    public DateTimeOffset? AuthTime { get; init; }

    public string? Acr { get; init; }

    public string[]? Amr { get; init; }

    public string? Nonce { get; init; }

    public string? Cnf { get; init; }

    public string? Claims { get; init; }

    public byte[]? DeviceFingerprint { get; init; }

    /// <summary>By the last refresh.</summary>
    public bool DeviceChanged { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When the previous token was used; infinity when its answer could not be made.</summary>
    public DateTimeOffset? RotatedAt { get; init; }

    /// <summary>The address that used the previous token first.</summary>
    public string? RotatedFrom { get; init; }

    /// <summary>The API that the last refresh named; null when it named none.</summary>
    public string? RotatedResource { get; init; }

    /// <summary>The scope that the last refresh named.</summary>
    public string? RotatedScope { get; init; }

    /// <summary>The previous token came again, inside the retry window.</summary>
    public bool Repeated { get; init; }

    /// <summary>How many refreshes, one after the other, were repeated.</summary>
    public int RepeatsInARow { get; init; }

    /// <summary>The live token's end.</summary>
    public DateTimeOffset ExpiresAt { get; init; }

    /// <summary>The session's end, which rotation never moves.</summary>
    public DateTimeOffset FamilyExpiresAt { get; init; }

    public DateTimeOffset SweepAt { get; init; }

    public DateTimeOffset? RevokedAt { get; init; }

    /// <summary>Kept out of logs.</summary>
    public override string ToString() => $"refresh token of {ClientId}";
}

/// <summary>Maps the table and what its statements answer with.</summary>
internal sealed class RefreshTokenTable
    : IEntityTypeConfiguration<RefreshToken>,
        IEntityTypeConfiguration<RefreshTokenState>,
        IEntityTypeConfiguration<RepeatedAccess>
{
    public void Configure(EntityTypeBuilder<RefreshToken> builder)
    {
        builder.ToTable("oauth_refresh_tokens").HasKey(token => token.Family);
        builder.HasIndex(token => new { token.UserId, token.ClientId, token.Id }).IsUnique();
    }

    public void Configure(EntityTypeBuilder<RefreshTokenState> builder) => builder.HasNoKey().ToView(null);

    public void Configure(EntityTypeBuilder<RepeatedAccess> builder) => builder.HasNoKey().ToView(null);
}
