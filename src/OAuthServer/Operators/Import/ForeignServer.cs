using OAuthServer.Clients.Editing;
using OAuthServer.Storage;

namespace OAuthServer.Operators.Import;

/// <summary>What another server has, in the words of this one.</summary>
internal sealed record ForeignServer
{
    public required IReadOnlyList<ForeignClient> Clients { get; init; }

    public IReadOnlyList<ForeignApi> Apis { get; init; } = [];

    public IReadOnlyList<ForeignPerson> People { get; init; } = [];

    /// <summary>Living refresh tokens; null where they were not asked for.</summary>
    public IReadOnlyList<ForeignToken>? Tokens { get; init; } = [];

    /// <summary>What cannot come along, whatever is done here.</summary>
    public IReadOnlyList<ImportNote> Left { get; init; } = [];
}

/// <summary>A client of another server.</summary>
/// <param name="Entry">What it would be here.</param>
/// <param name="Notes">What of it does not come along.</param>
internal sealed record ForeignClient(ClientFileEntry Entry, IReadOnlyList<string> Notes)
{
    /// <summary>The secret itself, where the other server keeps it readable; null where it does not.</summary>
    public string? Secret { get; init; }

    /// <summary>Why it cannot come along at all; null when it can.</summary>
    public string? Obstacle { get; init; }

    /// <summary>Kept out of logs.</summary>
    public override string ToString() => Entry.ClientId;
}

/// <summary>An API of another server.</summary>
/// <param name="Identifier">What it is called there, and finds in <c>aud</c>.</param>
/// <param name="Name">What people read.</param>
/// <param name="Scopes">Each scope with its words for people.</param>
internal sealed record ForeignApi(string Identifier, string Name, IReadOnlyDictionary<string, string> Scopes);

/// <summary>Somebody who has an account at another server.</summary>
/// <param name="Id">The <c>sub</c> that apps and APIs know.</param>
/// <param name="Account">Null when nobody could sign in with it here.</param>
/// <param name="Obstacle">Null when it can be had.</param>
internal sealed record ForeignPerson(string Id, NewAccount? Account, string? Obstacle)
{
    /// <summary>Kept out of logs.</summary>
    public override string ToString() => Id;
}

/// <summary>A living refresh token of another server.</summary>
/// <param name="ClientId">Whose it is.</param>
/// <param name="Subject">The person, by the id there.</param>
/// <param name="Hash">The SHA-256 that is stored there; null when the token cannot be had.</param>
internal sealed record ForeignToken(string ClientId, string Subject, byte[]? Hash)
{
    public IReadOnlyList<string> Scopes { get; init; } = [];

    public DateTimeOffset? AuthTime { get; init; }

    /// <summary>Its end there; null for none.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>The end there of all that follow it; null for none.</summary>
    public DateTimeOffset? LastEnd { get; init; }

    /// <summary>Why it cannot be had; null when it can.</summary>
    public string? Obstacle { get; init; }

    /// <summary>Kept out of logs.</summary>
    public override string ToString() => $"refresh token of {ClientId}";
}
