using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace OAuthServer.Protocol;

/// <summary>
/// The parameter <c>claims</c> (OpenID Connect Core §5.5): claims that are asked for one by one. An essential one that
/// is not known is left out like any other; but a level that nobody can reach, or somebody else than is meant, is an
/// error.
/// </summary>
internal sealed record ClaimsRequest
{
    private const int Deepest = 8;

    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = Deepest, AllowDuplicateProperties = false };

    /// <summary>Nothing of it.</summary>
    public static ClaimsRequest None { get; } = new();

    /// <summary>Claims for the answer of the userinfo endpoint.</summary>
    public IReadOnlyList<string> UserInfo { get; private init; } = [];

    /// <summary>Claims for the ID token.</summary>
    public IReadOnlyList<string> IdToken { get; private init; } = [];

    /// <summary>The person that is meant (Core §5.5.1); null for whoever it is.</summary>
    public string? Subject { get; private init; }

    /// <summary>
    /// True when an essential <c>acr</c> has none of the levels that somebody can reach (Core §5.5.1.1).
    /// </summary>
    public bool IsOutOfReach { get; private init; }

    /// <summary>The level that an essential <c>acr</c> asks for; null for any.</summary>
    public string? Level { get; private init; }

    /// <summary>The scopes that the claims belong to: what the person is asked for.</summary>
    public IEnumerable<string> Scopes =>
        UserInfo.Concat(IdToken).Select(claim => PersonClaims.ScopeOf(claim)!).Distinct();

    /// <summary>Reads it; false when it is not of the form that Core §5.5 gives it.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out ClaimsRequest? request)
    {
        request = null;
        try
        {
            using var json = JsonDocument.Parse(text, Strict);
            if (json.RootElement.ValueKind != JsonValueKind.Object) return false;
            if (!TryRead(json.RootElement, "userinfo", out var userInfo)) return false;
            if (!TryRead(json.RootElement, "id_token", out var idToken)) return false;
            var levels = idToken.TryGetValue("acr", out var acr) ? EssentialLevels(acr) : [];
            request = new()
            {
                UserInfo = Known(userInfo),
                IdToken = Known(idToken),
                Subject = ValueOf(idToken, "sub") ?? ValueOf(userInfo, "sub"),
                IsOutOfReach = levels.Count > 0 && Levels.WeakestOf(levels) is null,
                Level = Levels.WeakestOf(levels),
            };
            return true;
        }
        catch (Exception malformed) when (malformed is JsonException or InvalidOperationException)
        {
            // The latter for half a character, which JSON can hold and no text can.
            return false;
        }
    }

    /// <summary>What was stored by <see cref="ToStored"/>; nothing for null.</summary>
    public static ClaimsRequest Of(string? stored)
    {
        if (stored is null) return None;
        var lists = JsonSerializer.Deserialize<Dictionary<string, string[]>>(stored)!;
        return new() { UserInfo = lists["userinfo"], IdToken = lists["id_token"] };
    }

    /// <summary>Those claims alone whose scopes are among <paramref name="allowed"/>.</summary>
    public ClaimsRequest Among(IReadOnlyCollection<string> allowed)
    {
        return this with { UserInfo = Kept(UserInfo), IdToken = Kept(IdToken) };

        IReadOnlyList<string> Kept(IReadOnlyList<string> claims) =>
            [.. claims.Where(claim => allowed.Contains(PersonClaims.ScopeOf(claim)!))];
    }

    /// <summary>The claims as a row keeps them; null when there are none.</summary>
    public string? ToStored() => UserInfo.Count + IdToken.Count == 0
        ? null
        : JsonSerializer.Serialize(new Dictionary<string, IReadOnlyList<string>>
        {
            ["userinfo"] = UserInfo,
            ["id_token"] = IdToken,
        });

    private static bool TryRead(JsonElement root, string member, out Dictionary<string, JsonElement> claims)
    {
        claims = [];
        if (!root.TryGetProperty(member, out var asked) || asked.ValueKind == JsonValueKind.Null) return true;
        if (asked.ValueKind != JsonValueKind.Object) return false;
        foreach (var claim in asked.EnumerateObject())
        {
            if (!IsWellFormed(claim.Value)) return false;
            claims[claim.Name] = claim.Value;
        }

        return true;
    }

    private static bool IsWellFormed(JsonElement asked) => asked.ValueKind switch
    {
        JsonValueKind.Null => true,
        JsonValueKind.Object =>
            (!asked.TryGetProperty("essential", out var essential)
                || essential.ValueKind is JsonValueKind.True or JsonValueKind.False)
            && (!asked.TryGetProperty("values", out var values) || values.ValueKind == JsonValueKind.Array),
        _ => false,
    };

    private static IReadOnlyList<string> Known(Dictionary<string, JsonElement> claims) =>
        [.. claims.Keys.Where(claim => PersonClaims.ScopeOf(claim) is not null).Order(StringComparer.Ordinal)];

    private static string? ValueOf(Dictionary<string, JsonElement> claims, string name) =>
        claims.TryGetValue(name, out var asked) && asked.ValueKind == JsonValueKind.Object
        && asked.TryGetProperty("value", out var value)
            ? value.ToString()
            : null;

    private static List<string> EssentialLevels(JsonElement acr)
    {
        if (acr.ValueKind != JsonValueKind.Object) return [];
        if (!acr.TryGetProperty("essential", out var essential) || !essential.GetBoolean()) return [];
        var asked = acr.TryGetProperty("values", out var values) ? values.EnumerateArray().ToList() : [];
        if (acr.TryGetProperty("value", out var value)) asked.Add(value);
        return [.. asked.Select(level => level.ToString())];
    }
}
