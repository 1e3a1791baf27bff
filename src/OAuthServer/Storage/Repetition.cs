using OAuthServer.Protocol;

namespace OAuthServer.Storage;

/// <summary>A refresh token presented once more, inside the retry window, for the successor that it has.</summary>
internal sealed record Repetition
{
    /// <summary>The successor that the presented token has had.</summary>
    public required string Successor { get; init; }

    public required string ClientId { get; init; }

    /// <summary>The API that the token is to be for; null when the request named none.</summary>
    public string? Resource { get; init; }

    /// <summary>True to answer with the person's claims: the client finds them in its ID tokens.</summary>
    public bool TellsClaims { get; init; }

    /// <summary>Traits of the caller, or null when device binding is off.</summary>
    public byte[]? DeviceFingerprint { get; init; }

    /// <summary>How many refreshes in a row may be repeated; null for any number.</summary>
    public int? MostRepeats { get; init; }

    /// <summary>The caller asked once, and we ask again since the database's answer was lost.</summary>
    public bool IsOurOwn { get; init; }

    public required AuditContext Audit { get; init; }

    /// <summary>The caller's repeat of what it sent before.</summary>
    public static Repetition Of(Rotation rotation, string successor) => new()
    {
        Successor = successor,
        ClientId = rotation.ClientId,
        Resource = rotation.Resource,
        TellsClaims = rotation.TellsClaims,
        DeviceFingerprint = rotation.DeviceFingerprint,
        MostRepeats = rotation.MostRepeats,
        Audit = rotation.Audit,
    };

    /// <summary>Our own.</summary>
    public static Repetition OfOurOwn(Rotation rotation) =>
        Of(rotation, rotation.Successor) with { IsOurOwn = true };

    /// <summary>Holds a token.</summary>
    public override string ToString() => $"repetition for {ClientId}";
}

/// <summary>What a repeat is entitled to, and how it differs from the first.</summary>
internal sealed record RepeatedAccess
{
    public Guid UserId { get; init; }

    public Guid GrantId { get; init; }

    public required string Scope { get; init; }

    /// <summary>The API that the access token is for.</summary>
    public required string Resource { get; init; }

    public Guid? SessionId { get; init; }

    public DateTimeOffset? AuthTime { get; init; }

    public string? Acr { get; init; }

    public string[]? Amr { get; init; }

    public string? Claims { get; init; }

    public string? Person { get; init; }

    /// <summary>Where the same token came from first.</summary>
    public string? EarlierAddress { get; init; }

    /// <summary>Whether the first came from other software; null when that is not known.</summary>
    public bool? OtherDevice { get; init; }

    /// <summary>False when too many refreshes in a row were repeated: nothing is granted.</summary>
    public bool WithinBound { get; init; }

    /// <summary>The same as of a first refresh.</summary>
    public GrantedAccess ToGranted() => new(UserId, GrantId, Scope)
    {
        Resource = Resource,
        SessionId = SessionId,
        AuthTime = AuthTime,
        Acr = Acr,
        Amr = Amr,
        Claims = Claims,
        Person = Person,
    };
}
