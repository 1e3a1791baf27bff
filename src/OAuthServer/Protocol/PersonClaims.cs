namespace OAuthServer.Protocol;

/// <summary>Which claims about a person a scope stands for (OpenID Connect Core §5.1, §5.4).</summary>
internal static class PersonClaims
{
    private static readonly Dictionary<string, string> ScopeByClaim = new(StringComparer.Ordinal)
    {
        ["name"] = PersonScopes.Profile,
        ["family_name"] = PersonScopes.Profile,
        ["given_name"] = PersonScopes.Profile,
        ["middle_name"] = PersonScopes.Profile,
        ["nickname"] = PersonScopes.Profile,
        ["preferred_username"] = PersonScopes.Profile,
        ["profile"] = PersonScopes.Profile,
        ["picture"] = PersonScopes.Profile,
        ["website"] = PersonScopes.Profile,
        ["gender"] = PersonScopes.Profile,
        ["birthdate"] = PersonScopes.Profile,
        ["zoneinfo"] = PersonScopes.Profile,
        ["locale"] = PersonScopes.Profile,
        ["updated_at"] = PersonScopes.Profile,
        ["email"] = PersonScopes.Email,
        ["email_verified"] = PersonScopes.Email,
        ["phone_number"] = PersonScopes.Phone,
        ["phone_number_verified"] = PersonScopes.Phone,
        ["address"] = PersonScopes.Address,
    };

    /// <summary>Every claim that an account may have.</summary>
    public static IReadOnlyCollection<string> All => ScopeByClaim.Keys;

    /// <summary>The scope that a claim belongs to; null for one that is none of a person.</summary>
    public static string? ScopeOf(string claim) => ScopeByClaim.GetValueOrDefault(claim);

    /// <summary>Those of these scopes.</summary>
    public static IEnumerable<string> Of(IEnumerable<string> scopes) =>
        ScopeByClaim.Where(known => scopes.Contains(known.Value, StringComparer.Ordinal)).Select(known => known.Key);
}
