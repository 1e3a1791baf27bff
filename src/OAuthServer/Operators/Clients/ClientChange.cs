using System.Text.Encodings.Web;
using System.Text.Json;
using OAuthServer.Protocol;
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
internal sealed record ClientChange(
    ClientAction Action, ClientRow After, IReadOnlyList<MemberChange> Members, IReadOnlyList<string> Events)
{
    private const string Disabled = "disabled";
    private const string Secret = "secret";

    // The columns of a file's members, in the order in which they are shown. Those of secrets, and when a client was
    // disabled, are told in words.
    private static readonly string[] Plain =
        ["name", "application_type", "redirect_uris", "allowed_scopes", "default_scopes", "grant_types", "require_pkce"];

    // For eyes on a terminal, which makes control characters harmless itself.
    private static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The change that an edit makes.</summary>
    /// <param name="edit">What the change tracker says.</param>
    /// <param name="pruned">True for a client that is disabled because no file names it.</param>
    public static ClientChange Of(ClientEdit edit, bool pruned)
    {
        var columns = edit.Columns.ToDictionary(column => column.Column, StringComparer.Ordinal);
        MemberChange?[] members =
        [
            .. Plain.Select(name => columns.GetValueOrDefault(name) is { } column ? Told(column) : null),
            SecretOf(edit, columns),
            DisabledOf(columns),
        ];
        var changed = members.OfType<MemberChange>().ToList();
        var action = edit.IsNew ? ClientAction.Create : pruned ? ClientAction.Disable : ClientAction.Change;
        return new ClientChange(action, edit.Client, changed, [.. EventsOf(edit, changed)]);
    }

    /// <summary>The audit rows of the change.</summary>
    public IEnumerable<AuditEvent> Audit() => Events.Select(name => new AuditEvent(name, null, AuditContext.Command, After.ClientId));

    private static IEnumerable<string> EventsOf(ClientEdit edit, List<MemberChange> members)
    {
        if (edit.IsNew)
        {
            yield return AuditEventNames.ClientCreated;
            yield break;
        }

        if (members.Exists(member => member.Member is not (Secret or Disabled))) yield return AuditEventNames.ClientChanged;
        if (members.Exists(member => member.Member == Secret)) yield return AuditEventNames.ClientSecretRotated;
        if (members.Exists(member => member.Member == Disabled))
            yield return edit.Client.DisabledAt is null ? AuditEventNames.ClientEnabled : AuditEventNames.ClientDisabled;
    }

    private static MemberChange Told(ClientColumnEdit column) =>
        new(column.Column, column.Before is null ? null : Json(column.Before), column.After is null ? null : Json(column.After));

    private static MemberChange? DisabledOf(Dictionary<string, ClientColumnEdit> columns) =>
        columns.TryGetValue("disabled_at", out var column) && column.Before is null != column.After is null
            ? new(Disabled, Json(column.Before is not null), Json(column.After is not null))
            : null;

    private static MemberChange? SecretOf(ClientEdit edit, Dictionary<string, ClientColumnEdit> columns)
    {
        if (!columns.ContainsKey("client_secret") && !columns.ContainsKey("next_client_secret")) return null;
        var before = columns.GetValueOrDefault("client_secret")?.Before is null ? null : "there";
        return (before, edit.Client) switch
        {
            (_, { ClientSecret: null }) => new(Secret, "there", "removed"),
            (null, _) => new(Secret, null, "new"),
            (_, { NextClientSecret: null }) => new(Secret, before, "replaced at once"),
            (_, { NextClientSecretExpiresAt: { } end }) =>
                new(Secret, before, $"a new one; the old one ends {end.UtcDateTime:yyyy-MM-dd'T'HH:mm'Z'}"),
            _ => new(Secret, before, "a new one"),
        };
    }

    private static string Json(object value) => JsonSerializer.Serialize(value, Readable);
}
