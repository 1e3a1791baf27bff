using OAuthServer.Protocol;

namespace OAuthServer.Storage;

/// <summary>A living refresh token that another server handed out.</summary>
internal sealed record ImportedToken
{
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    /// <summary>The SHA-256 that the other server stored, of the token or of the token and a word.</summary>
    public required byte[] Hash { get; init; }

    public required string ClientId { get; init; }

    public required Guid UserId { get; init; }

    public required string Scope { get; init; }

    /// <summary>The APIs that the session is for, in the form in which they are compared.</summary>
    public required string[] Resources { get; init; }

    /// <summary>When the person signed in there; null when that is not known.</summary>
    public DateTimeOffset? AuthTime { get; init; }

    /// <summary>It can be exchanged until then.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>Whatever follows it ends then.</summary>
    public required DateTimeOffset FamilyExpiresAt { get; init; }

    /// <summary>The key of its row.</summary>
    public byte[] Key => RefreshTokenValue.ImportedKey(Hash);

    /// <summary>The session as it begins here.</summary>
    public RefreshToken ToRow(DateTimeOffset now)
    {
        var end = ExpiresAt < FamilyExpiresAt ? ExpiresAt : FamilyExpiresAt;
        return new RefreshToken
        {
            Id = Handle.NewId(),
            Family = Key,
            Token = Hash,
            ClientId = ClientId,
            UserId = UserId,
            Scope = Scope,
            Resources = Resources,
            AuthTime = AuthTime,
            CreatedAt = now,
            ExpiresAt = end,
            FamilyExpiresAt = FamilyExpiresAt,
            SweepAt = now + (Math.Floor((end - now) / Day) + 1) * Day,
        };
    }

    /// <summary>Kept out of logs.</summary>
    public override string ToString() => $"refresh token of {ClientId}";
}
