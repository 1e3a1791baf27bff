using System.Collections.Frozen;
using OAuthServer.Accounts;
using OAuthServer.Protocol;
using OAuthServer.Storage;

namespace OAuthServer.Operators.Import;

/// <summary>Somebody as another server has them.</summary>
internal sealed record PersonDraft
{
    public required string? Email { get; init; }

    public bool EmailConfirmed { get; init; }

    /// <summary>In a format of the table, or null.</summary>
    public string? PasswordHash { get; init; }

    public bool Disabled { get; init; }

    /// <summary>What is known, by claims of OpenID Connect and others.</summary>
    public IReadOnlyDictionary<string, string?> Known { get; init; } = FrozenDictionary<string, string?>.Empty;

    /// <summary>Why the hash cannot be had; null when it can, and when there is none.</summary>
    public string? HashObstacle { get; init; }

    /// <summary>Personal data and a hash stay out of logs.</summary>
    public override string ToString() => nameof(PersonDraft);
}

/// <summary>
/// Makes accounts of people. Whose id is a UUID keeps it: it is the <c>sub</c> that apps and APIs know.
/// </summary>
/// <param name="profile">The columns of <c>account_profiles</c>, and whether each is a text.</param>
internal sealed class PersonDrafts(FrozenDictionary<string, bool> profile)
{
    private readonly AddressNormalizer _addresses = new();

    public ForeignPerson Person(string id, PersonDraft draft)
    {
        if (draft.HashObstacle is { } obstacle) return new(id, null, $"{draft.Email ?? "no address"}: {obstacle}");
        if (draft.Email is not { Length: > 0 } email) return new(id, null, "it has no address to sign in with");
        if (OpaqueString.Of(email) is null) return new(id, null, "its address has a character that is none");
        return new ForeignPerson(id, new NewAccount
        {
            Id = Guid.TryParse(id, out var subject) ? subject : Handle.NewId(),
            Email = email,
            NormalizedEmail = _addresses.NormalizeEmail(email)!,
            EmailConfirmed = draft.EmailConfirmed,
            PasswordHash = draft.PasswordHash,
            Disabled = draft.Disabled,
            Profile = ProfileOf(draft.Known),
        }, null);
    }

    private Dictionary<string, object?> ProfileOf(IReadOnlyDictionary<string, string?> known) => known
        .Where(claim => !string.IsNullOrWhiteSpace(claim.Value) && profile.ContainsKey(claim.Key))
        .ToDictionary(
            claim => claim.Key,
            claim => profile[claim.Key] ? claim.Value : (object?)(claim.Value == "true"),
            StringComparer.Ordinal);
}
