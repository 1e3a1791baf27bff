using System.Text.Encodings.Web;
using System.Text.Json;
using OAuthServer.Storage;

namespace OAuthServer.Operators.Clients;

/// <summary>What happens to a client's row.</summary>
internal enum ClientAction
{
    Create,
    Change,
    Disable,
}

/// <summary>One member that changes, as people read it. A secret is never part of it.</summary>
/// <param name="Member">A column, or <c>secret</c> for all of its columns.</param>
/// <param name="Before">JSON, or words about a secret; null when there was nothing.</param>
/// <param name="After">The same afterwards.</param>
internal sealed record MemberChange(string Member, string? Before, string? After);

/// <summary>A row that is to be written.</summary>
/// <param name="Action">What happens to it.</param>
/// <param name="After">The row as it will be.</param>
/// <param name="Members">What changes.</param>
/// <param name="Events">What the audit log will say.</param>
internal sealed record ClientChange(ClientAction Action, ClientRow After, IReadOnlyList<MemberChange> Members, IReadOnlyList<string> Events)
{
    // For eyes on a terminal, which makes control characters harmless itself.
    private static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The change from one row to another; null when they are the same. Lists are sets: their order is no change.</summary>
    /// <param name="before">Null for a new client.</param>
    /// <param name="after">The row as it should be.</param>
    public static ClientChange? Between(ClientRow? before, ClientRow after)
    {
        var members = Compare(before, after).ToList();
        if (before is null) return new(ClientAction.Create, after, members, [AuditEventNames.ClientCreated]);
        if (members.Count == 0) return null;
        return new(ClientAction.Change, after, members, [.. Names(before, after, members)]);
    }

    private static IEnumerable<string> Names(ClientRow before, ClientRow after, List<MemberChange> members)
    {
        if (members.Exists(member => member.Member is not ("secret" or "disabled"))) yield return AuditEventNames.ClientChanged;
        if (members.Exists(member => member.Member == "secret")) yield return AuditEventNames.ClientSecretRotated;
        if (before.DisabledAt is null != after.DisabledAt is null) yield return after.DisabledAt is null ? AuditEventNames.ClientEnabled : AuditEventNames.ClientDisabled;
    }

    private static IEnumerable<MemberChange> Compare(ClientRow? before, ClientRow after)
    {
        MemberChange?[] members =
        [
            Value("client_name", before?.ClientName, after.ClientName),
            Value("application_type", before?.ApplicationType, after.ApplicationType),
            List("redirect_uris", before?.RedirectUris, after.RedirectUris),
            List("scopes", before?.Scopes, after.Scopes),
            List("default_scopes", before?.DefaultScopes, after.DefaultScopes),
            List("grant_types", before?.GrantTypes, after.GrantTypes),
            Value("require_pkce", before?.RequirePkce, after.RequirePkce),
            Secret(before, after),
            Value("disabled", before is null ? false : before.DisabledAt is not null, after.DisabledAt is not null),
        ];
        return members.OfType<MemberChange>();
    }

    private static MemberChange? Value<T>(string member, T? before, T after) =>
        Equals(before, after) ? null : new(member, before is null ? null : Json(before), Json(after));

    private static MemberChange? List(string member, string[]? before, string[] after) =>
        before is not null && before.ToHashSet(StringComparer.Ordinal).SetEquals(after) ? null : new(member, before is null ? null : Json(before), Json(after));

    private static MemberChange? Secret(ClientRow? before, ClientRow after)
    {
        if (before?.ClientSecret == after.ClientSecret && before?.NextClientSecret == after.NextClientSecret) return null;
        if (after.ClientSecret is null) return new("secret", "there", "removed");
        var end = after.NextClientSecretExpiresAt is { } moment ? $"; the old one ends {moment.UtcDateTime:yyyy-MM-dd'T'HH:mm'Z'}" : "";
        return new("secret", before?.ClientSecret is null ? null : "there", before?.ClientSecret is null ? "new" : after.NextClientSecret is null ? "replaced at once" : $"a new one{end}");
    }

    private static string Json<T>(T value) => JsonSerializer.Serialize(value, Readable);
}
