using OAuthServer.Clients;
using OAuthServer.Storage;

namespace OAuthServer.Operators.Clients;

/// <summary>How a file is applied.</summary>
/// <param name="KeepOld">How long a replaced secret stays good.</param>
/// <param name="Force">Replace a secret although two are live.</param>
/// <param name="Prune">Disable clients that are not in the file.</param>
/// <param name="Cost"><c>ClientSecrets:Cost</c>.</param>
internal sealed record PlanOptions(TimeSpan KeepOld, bool Force, bool Prune, int Cost);

/// <summary>What applying a file means.</summary>
/// <param name="Changes">The rows to write, by client.</param>
/// <param name="Drift">Clients that are not in the file, and are not disabled.</param>
/// <param name="Notes">What is left alone and worth knowing.</param>
/// <param name="Faults">Why it cannot be done; with any of them nothing is.</param>
internal sealed record ClientPlan(
    IReadOnlyList<ClientChange> Changes, IReadOnlyList<string> Drift, IReadOnlyList<string> Notes, IReadOnlyList<string> Faults);

/// <summary>
/// Makes the rows of an edit what a file declares. What that changes is the edit's to say; a plan is an edit that is not saved.
/// </summary>
internal sealed class DeclaredClients(ClientEditing editing, PlanOptions options)
{
    private readonly List<string> _faults = [];
    private readonly List<string> _notes = [];

    /// <summary>Sets what differs, and says what that means.</summary>
    public async Task<ClientPlan> SetAsync(IReadOnlyCollection<DeclaredClient> declared, CancellationToken ct)
    {
        var rows = await editing.ListAsync(ct);
        var known = rows.ToDictionary(row => row.ClientId, StringComparer.Ordinal);
        foreach (var client in declared)
        {
            if (known.GetValueOrDefault(client.ClientId) is { } row) Set(client, row);
            else Add(client);
        }

        var named = declared.Select(client => client.ClientId).ToHashSet(StringComparer.Ordinal);
        var strangers = rows.Where(row => row.DisabledAt is null && !named.Contains(row.ClientId)).ToList();
        if (options.Prune) strangers.ForEach(row => row.DisabledAt = editing.Now);
        return new ClientPlan(
            [.. editing.Edits().Select(edit => ClientChange.Of(edit, pruned: !named.Contains(edit.Client.ClientId)))],
            [.. strangers.Select(row => row.ClientId)], _notes, _faults);
    }

    private void Add(DeclaredClient client)
    {
        var row = new ClientRow
        {
            ClientId = client.ClientId,
            Name = client.Name,
            ApplicationType = client.ApplicationType,
            RedirectUris = client.RedirectUris,
            AllowedScopes = client.AllowedScopes,
            DefaultScopes = client.DefaultScopes,
            GrantTypes = client.GrantTypes,
            RequirePkce = client.RequirePkce,
            DisabledAt = client.Disabled == true ? editing.Now : null,
        };
        SetSecret(client, row);
        editing.Add(row);
    }

    private void Set(DeclaredClient client, ClientRow row)
    {
        row.Name = client.Name;
        row.ApplicationType = client.ApplicationType;
        row.RedirectUris = Either(row.RedirectUris, client.RedirectUris);
        row.AllowedScopes = Either(row.AllowedScopes, client.AllowedScopes);
        row.DefaultScopes = Either(row.DefaultScopes, client.DefaultScopes);
        row.GrantTypes = Either(row.GrantTypes, client.GrantTypes);
        row.RequirePkce = client.RequirePkce;
        SetDisabled(client, row);
        if (client.ApplicationType == "web" || client.Secret is not null) SetSecret(client, row);
        else RemoveSecrets(row);
    }

    // These lists are sets: another order is no change.
    private static string[] Either(string[] stored, string[] declared) =>
        stored.ToHashSet(StringComparer.Ordinal).SetEquals(declared) ? stored : declared;

    // A client that turns public keeps no secret.
    private static void RemoveSecrets(ClientRow row)
    {
        row.ClientSecret = null;
        row.ClientSecretExpiresAt = null;
        row.NextClientSecret = null;
        row.NextClientSecretExpiresAt = null;
    }

    private void SetDisabled(DeclaredClient client, ClientRow row)
    {
        if (row.DisabledAt is not null && client.Disabled is null)
            _notes.Add($"{client.ClientId} is disabled, and the file does not say whether it should be: it stays so (\"disabled\": false enables it).");
        if (client.Disabled == true) row.DisabledAt ??= editing.Now;
        if (client.Disabled == false) row.DisabledAt = null;
    }

    // Any live secret will do: one that was rotated by hand meanwhile must not be turned back by a file that is older.
    private void SetSecret(DeclaredClient client, ClientRow row)
    {
        if (client.Secret is not { } secret) return;
        var live = LiveSecrets.Of(row, editing.Now);
        if (live.FirstOrDefault(stored => secret.Fits(stored.Hash)) is { } fitting)
        {
            if (fitting.ExpiresAt is { } end && live.Any(other => !(other.ExpiresAt <= end)))
                _notes.Add($"{client.ClientId}: the secret of the file ends on {end.UtcDateTime:yyyy-MM-dd}, and another follows it. Put that one into the file before then.");
        }
        else if (LiveSecrets.All(row).Any(stored => secret.Fits(stored.Hash)))
        {
            _faults.Add($"{client.Place}.secret has ended: {client.ClientId} has a newer one. Put that one into the file.");
        }
        else if (live.Count == 2 && !options.Force)
        {
            _faults.Add($"{client.Place}.secret is new, and {client.ClientId} has two live secrets already: one of them would end at once. Wait until one has ended, or use --force.");
        }
        else
        {
            SecretRotation.Rotate(row, secret.HashFor(options.Cost), options.KeepOld, editing.Now);
        }
    }
}
