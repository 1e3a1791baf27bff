using System.Collections.Frozen;
using OAuthServer.Accounts;
using OAuthServer.Storage;

namespace OAuthServer.Operators.Accounts.Import;

/// <summary>
/// What the members of an entry mean, whichever format they came in. A text that is empty is one that is not there, as
/// exports have it.
/// </summary>
/// <param name="profile">The columns of <c>account_profiles</c>, and whether each is a text.</param>
internal sealed class PersonReader(FrozenDictionary<string, bool> profile)
{
    private const string Email = "email";
    private const string Verified = "email_verified";
    private const string Disabled = "disabled";
    private const string Hash = "password_hash";

    private static readonly string[] Own = [Email, Verified, Disabled, Hash];

    private readonly AddressNormalizer _addresses = new();

    /// <summary>The fault of members that no entry can have; null for none.</summary>
    public string? Unknown(IEnumerable<string> members)
    {
        var names = members.ToList();
        if (names.GroupBy(name => name).FirstOrDefault(same => same.Count() > 1) is { Key: { } twice })
            return $"{TerminalText.Quoted(twice)} stands there twice.";
        return names.Find(name => !Own.Contains(name) && !profile.ContainsKey(name)) is { } unknown
            ? $"{TerminalText.Quoted(unknown)} is none of {string.Join(", ", Own.Concat(profile.Keys.Order()))}."
            : null;
    }

    /// <summary>An entry.</summary>
    public ImportedPerson Read(string place, IReadOnlyDictionary<string, string> members)
    {
        var email = members.GetValueOrDefault(Email, "").Trim();
        if (email.Length == 0) return Refused(place, "email is missing");
        if (OpaqueString.Of(email) is null || members.Values.Any(text => text.Contains('\0', StringComparison.Ordinal)))
            return Refused(place, "it has a character that is none");
        if (members.Where(IsFlag).FirstOrDefault(member => Flag(member.Value) is null) is { Key: { } name })
            return Refused(place, $"{name} is true or false");
        var known = members.Where(member => profile.ContainsKey(member.Key) && member.Value.Length > 0)
            .ToDictionary(
                member => member.Key,
                member => profile[member.Key] ? member.Value : (object?)Flag(member.Value),
                StringComparer.Ordinal);
        var account = new NewAccount
        {
            Email = email,
            NormalizedEmail = _addresses.NormalizeEmail(email)!,
            EmailConfirmed = Flag(members.GetValueOrDefault(Verified, "")) ?? false,
            Disabled = Flag(members.GetValueOrDefault(Disabled, "")) ?? false,
            PasswordHash = members.GetValueOrDefault(Hash) is { Length: > 0 } hash ? hash : null,
            Profile = known,
        };
        return new ImportedPerson(place, account, null);
    }

    /// <summary>An entry that is not taken.</summary>
    public static ImportedPerson Refused(string place, string fault) => new(place, null, fault);

    private bool IsFlag(KeyValuePair<string, string> member) =>
        member.Key is Verified or Disabled || (profile.TryGetValue(member.Key, out var isText) && !isText);

    // Null for what is neither; an empty text is false.
    private static bool? Flag(string text) => text.ToUpperInvariant() switch
    {
        "TRUE" or "1" or "T" or "YES" => true,
        "" or "FALSE" or "0" or "F" or "NO" => false,
        _ => null,
    };
}
