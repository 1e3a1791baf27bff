using System.Text.Encodings.Web;
using System.Text.Json;
using OAuthServer.Storage;

namespace OAuthServer.Clients.Editing;

/// <summary>What happens to a client's row.</summary>
internal enum ClientAction
{
    Create,
    Change,

    /// <summary>It is disabled because no file names it.</summary>
    Disable,
}

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

    // The columns that are shown as they are, in the order of a file's members. Those of secrets, and when a client
    // was disabled, are told in words.
    private static readonly string[] Plain =
    [
        "name", "application_type", "redirect_uris", "allowed_scopes", "default_scopes", "allowed_resources",
        "grant_types", "require_pkce", "require_pushed_authorization_requests", "claims_in_id_token",
        "require_second_factor", "app_origins", "accepted_schemes", "max_refresh_repeats", "jwks", "jwks_uri",
        "token_endpoint_auth_signing_alg", "backchannel_logout_uri", "post_logout_redirect_uris",
        "client_uri", "policy_uri", "tos_uri", "logo_uri",
    ];

    // For a terminal, where TerminalText makes the values safe.
    private static readonly JsonSerializerOptions Readable = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>The change that an edit makes.</summary>
    /// <param name="edit">What the change tracker says.</param>
    /// <param name="pruned">True for a client that is disabled because no file names it.</param>
    public static ClientChange Of(ClientEdit edit, bool pruned)
    {
        var columns = edit.Columns.ToDictionary(column => column.Column, StringComparer.Ordinal);
        MemberChange?[] members =
        [
            .. Plain.Select(name => columns.GetValueOrDefault(name)).OfType<ClientColumnEdit>()
                .Select(column => MemberOf(column, edit.IsNew)),
            SecretOf(edit, columns),
            DisabledOf(edit, columns),
        ];
        var changed = members.OfType<MemberChange>().ToList();
        var action = edit.IsNew ? ClientAction.Create : pruned ? ClientAction.Disable : ClientAction.Change;
        return new ClientChange(action, edit.Client, changed, [.. EventsOf(edit, changed)]);
    }

    /// <summary>The audit rows of the change; a call is told with what was there before and after.</summary>
    public IEnumerable<AuditEvent> Audit(Editor by) =>
        Events.Select(name => new AuditEvent(name, null, by.Context, After.ClientId, by.Person)
        {
            Detail = by.Client is { } caller ? DetailOf(caller) : null,
        });

    // In ASCII: the audit log is printed in terminals.
    private string DetailOf(string caller) => JsonSerializer.Serialize(new
    {
        by = caller,
        members = Members.ToDictionary(
            member => member.Member, member => new { before = member.Before, after = member.After }),
    });

    private static IEnumerable<string> EventsOf(ClientEdit edit, List<MemberChange> members)
    {
        if (edit.IsNew)
        {
            yield return AuditEventNames.ClientCreated;
            yield break;
        }

        var names = members.Select(member => member.Member).ToList();
        if (names.Except([Secret, Disabled]).Any()) yield return AuditEventNames.ClientChanged;
        if (names.Contains(Secret)) yield return AuditEventNames.ClientSecretRotated;
        if (!names.Contains(Disabled)) yield break;
        yield return edit.Client.DisabledAt is null ? AuditEventNames.ClientEnabled : AuditEventNames.ClientDisabled;
    }

    // A new client has nothing before; a column that it leaves empty is no change.
    private static MemberChange? MemberOf(ClientColumnEdit column, bool isNew) => column switch
    {
        { Before: null, After: null } => null,
        _ when isNew => new(column.Column, null, Text(column, column.After)),
        _ => new(column.Column, Text(column, column.Before), Text(column, column.After)),
    };

    private static MemberChange? DisabledOf(ClientEdit edit, Dictionary<string, ClientColumnEdit> columns) =>
        columns.TryGetValue("disabled_at", out var column) && column.Before is null != column.After is null
            ? new(Disabled, edit.IsNew ? null : Json(column.Before is not null), Json(column.After is not null))
            : null;

    private static MemberChange? SecretOf(ClientEdit edit, Dictionary<string, ClientColumnEdit> columns)
    {
        // A new secret always stands in the first column, and a row without a first one has no second.
        if (!columns.TryGetValue(StoredSecret.First, out var column)) return null;
        var before = column.Before is null ? null : "there";
        return (before, edit.Client) switch
        {
            (_, { ClientSecret: null }) => new(Secret, before, "removed"),
            (null, _) => new(Secret, null, "new"),
            (_, { NextClientSecret: null }) => new(Secret, before, "replaced at once"),
            (_, { NextClientSecretExpiresAt: { } end }) =>
                new(Secret, before, $"a new one; the old one ends {end.UtcDateTime:yyyy-MM-dd'T'HH:mm'Z'}"),
            _ => new(Secret, before, "a new one"),
        };
    }

    // Of keys what tells them apart, and not their numbers.
    private static string Text(ClientColumnEdit column, object? value) => (column.Column, value) switch
    {
        ("jwks", string jwks) => Json(ClientKeyView.Of(jwks).Select(key => key.ToString())),
        _ => Json(value),
    };

    private static string Json(object? value) => JsonSerializer.Serialize(value, Readable);
}
