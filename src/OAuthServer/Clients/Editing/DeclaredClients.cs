using System.Text.Json;
using OAuthServer.Storage;

namespace OAuthServer.Clients.Editing;

/// <summary>
/// Makes the rows of an edit what a file declares. What that changes is the edit's to say; a plan is an edit that is
/// not saved.
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
        // A client that stands there twice is a fault of the file; here the first counts.
        foreach (var client in declared.DistinctBy(client => client.ClientId, StringComparer.Ordinal))
        {
            Set(client, known.GetValueOrDefault(client.ClientId));
        }

        var named = declared.Select(client => client.ClientId).ToHashSet(StringComparer.Ordinal);
        var others = rows.Where(row => row.DisabledAt is null && !named.Contains(row.ClientId)).ToList();
        if (options.Prune) others.ForEach(row => row.DisabledAt = editing.Now);
        var changes = editing.Edits()
            .Select(edit => ClientChange.Of(edit, pruned: !named.Contains(edit.Client.ClientId)));
        return new ClientPlan([.. changes], [.. others.Select(row => row.ClientId)], _notes, _faults);
    }

    /// <summary>Adds one, or sets one that is there.</summary>
    public void Set(DeclaredClient client, ClientRow? row)
    {
        if (row is null) Add(client);
        else Change(client, row);
    }

    private void Add(DeclaredClient client)
    {
        var row = client.Entry.ToRow(editing.Now);
        SetSecret(client, row);
        editing.Add(row);
    }

    private void Change(DeclaredClient client, ClientRow row)
    {
        var entry = client.Entry;
        row.Name = entry.Name;
        row.ApplicationType = entry.ApplicationType;
        row.RedirectUris = Either(row.RedirectUris, entry.RedirectUris);
        row.AllowedScopes = Either(row.AllowedScopes, entry.AllowedScopes);
        row.DefaultScopes = Either(row.DefaultScopes, entry.DefaultScopes);
        row.AllowedResources = Either(row.AllowedResources, entry.AllowedResources);
        row.GrantTypes = Either(row.GrantTypes, entry.GrantTypes);
        row.RequirePkce = entry.RequirePkce;
        row.RequirePushedAuthorizationRequests = entry.RequirePushedAuthorizationRequests;
        row.ClaimsInIdToken = entry.ClaimsInIdToken;
        row.RequireSecondFactor = entry.RequireSecondFactor;
        row.AppOrigins = Either(row.AppOrigins, entry.AppOrigins);
        row.AcceptedSchemes = Either(row.AcceptedSchemes, entry.AcceptedSchemes);
        row.MaxRefreshRepeats = entry.MaxRefreshRepeats;
        row.Jwks = Either(row.Jwks, entry.Jwks);
        row.JwksUri = entry.JwksUri;
        row.TokenEndpointAuthSigningAlg = entry.TokenEndpointAuthSigningAlg;
        row.BackchannelLogoutUri = entry.BackchannelLogoutUri;
        row.PostLogoutRedirectUris = Either(row.PostLogoutRedirectUris, entry.PostLogoutRedirectUris);
        SetAbout(entry, row);
        SetDisabled(entry, row);
        var hasSecret = entry.ApplicationType == "web" && !entry.HasKeys();
        if (hasSecret || client.Secret is not null) SetSecret(client, row);
        else RemoveSecrets(row);
    }

    private static void SetAbout(ClientFileEntry entry, ClientRow row)
    {
        row.ClientUri = entry.ClientUri;
        row.PolicyUri = entry.PolicyUri;
        row.TosUri = entry.TosUri;
        row.LogoUri = entry.LogoUri;
    }

    // These lists are sets: another order is no change.
    private static string[] Either(string[] stored, string[] declared) =>
        stored.ToHashSet(StringComparer.Ordinal).SetEquals(declared) ? stored : declared;

    // The database writes JSON in its own way: what counts is the value.
    private static string? Either(string? stored, JsonElement? declared)
    {
        if (declared is not { } keys) return null;
        if (stored is null) return keys.GetRawText();
        using var known = JsonDocument.Parse(stored);
        return JsonElement.DeepEquals(known.RootElement, keys) ? stored : keys.GetRawText();
    }

    // A client that turns public, or has keys from now on, keeps no secret.
    private static void RemoveSecrets(ClientRow row)
    {
        row.ClientSecret = null;
        row.ClientSecretExpiresAt = null;
        row.NextClientSecret = null;
        row.NextClientSecretExpiresAt = null;
    }

    private void SetDisabled(ClientFileEntry entry, ClientRow row)
    {
        if (row.DisabledAt is not null && entry.Disabled is null)
        {
            _notes.Add(
                $"{entry.ClientId} is disabled, and the file does not say whether it should be: it stays so "
                + "(\"disabled\": false enables it).");
        }

        if (entry.Disabled == true) row.DisabledAt ??= editing.Now;
        if (entry.Disabled == false) row.DisabledAt = null;
    }

    // Any live secret will do: one that was rotated by hand meanwhile must not be turned back by a file that is older.
    private void SetSecret(DeclaredClient client, ClientRow row)
    {
        if (client.Secret is not { } secret) return;
        var live = StoredSecret.LiveOf(row, editing.Now);
        if (live.FirstOrDefault(stored => secret.Fits(stored.Hash)) is { } fitting)
        {
            NoteSuccessor(client, fitting, live);
        }
        else if (StoredSecret.AllOf(row).Any(stored => secret.Fits(stored.Hash)))
        {
            _faults.Add(
                $"{client.Place}.secret has ended: {client.ClientId} has a newer one. Put that one into the file.");
        }
        else if (live.Count == 2 && !options.Force)
        {
            _faults.Add(
                $"{client.Place}.secret is new, and {client.ClientId} has two live secrets already: one of them would "
                + "end at once. Wait until one has ended, or use --force.");
        }
        else
        {
            SecretRotation.Rotate(row, secret.HashFor(options.Cost), options.KeepOld, editing.Now);
        }
    }

    private void NoteSuccessor(DeclaredClient client, StoredSecret inFile, IReadOnlyList<StoredSecret> live)
    {
        if (inFile.ExpiresAt is { } end && live.Any(other => !(other.ExpiresAt <= end)))
        {
            _notes.Add(
                $"{client.ClientId}: the secret of the file ends on {end.UtcDateTime:yyyy-MM-dd}, and another follows "
                + "it. Put that one into the file before then.");
        }
    }
}
