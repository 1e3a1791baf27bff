using OAuthServer.Clients.Editing;
using OAuthServer.Protocol;
using OAuthServer.Storage;

namespace OAuthServer.Operators.Import;

/// <summary>
/// Makes rows of clients. One that is there stays as it is. A secret that the other server has as a hash is of no use
/// here (docs/decisions/050-new-secrets-for-imported-clients.md): such a client gets a new one, which is shown once.
/// </summary>
/// <param name="editing">Writes them.</param>
/// <param name="options">Whether anything is kept in the end.</param>
/// <param name="report">What came of it.</param>
/// <param name="apis">The APIs that are there.</param>
internal sealed class ClientImport(
    ImportEditing editing, ImportOptions options, ImportReport report, IReadOnlyList<ResourceRow> apis)
{
    // Of no secret: it stands in for the hash while nothing is kept.
    private static readonly string NoHash = $"$2a$12${new string('.', 53)}";

    private readonly Dictionary<string, string[]> _scopes =
        apis.ToDictionary(api => api.Resource, ScopesOf, StringComparer.Ordinal);

    public async Task RunAsync(IReadOnlyList<ForeignClient> clients, CancellationToken ct)
    {
        var known = await editing.ClientsAsync(ct);
        foreach (var client in clients.Where(client => known.ContainsKey(client.Entry.ClientId)))
            report.NoteThere(ImportKinds.Client);
        var missing = clients.Where(client => !known.ContainsKey(client.Entry.ClientId))
            .DistinctBy(client => client.Entry.ClientId, StringComparer.Ordinal)
            .OrderBy(client => client.Entry.ClientId, StringComparer.Ordinal).ToList();
        foreach (var client in missing.Where(client => client.Obstacle is not null))
            Leave(client, client.Obstacle!, []);
        var rows = missing.Where(client => client.Obstacle is null)
            .Select(client => (Client: client, Row: RowOf(client.Entry))).ToList();
        var unfit = await new UnfitValues(editing).FindAsync([.. rows.Select(pair => pair.Row)], ct);
        foreach (var (_, row) in rows) UnfitValues.Remove(row, unfit[row.ClientId]);
        var broken = (await editing.FindBrokenAsync([.. rows.Select(pair => pair.Row)], ct))
            .ToLookup(constraint => constraint.ClientId, constraint => constraint.Name, StringComparer.Ordinal);
        foreach (var (client, row) in rows)
        {
            var notes = client.Notes.Concat(unfit[row.ClientId].Select(value => value.ToString())).ToList();
            if (broken[row.ClientId].Any()) Leave(client, string.Join(", ", broken[row.ClientId]), notes);
            else await AddAsync(client, row, [.. notes, .. NotesOnApis(row)], ct);
        }
    }

    private async Task AddAsync(
        ForeignClient client, ClientRow row, IReadOnlyList<string> notes, CancellationToken ct)
    {
        var needsSecret = row.ApplicationType == "web" && !row.HasKeys();
        var fault = client.Secret is { } given ? DeclaredSecret.Fault(given) : "";
        var secret = fault is null ? client.Secret! : Handle.New();
        if (needsSecret && options.Apply) row.ClientSecret = BCrypt.Net.BCrypt.HashPassword(secret, options.Cost);
        if (await editing.TryAddAsync(row, ct) is { } refusal)
        {
            Leave(client, refusal, notes);
            return;
        }

        report.NoteMade(ImportKinds.Client, row.ClientId, $"{row.ApplicationType}, {string.Join(' ', row.GrantTypes)}");
        foreach (var note in notes) report.NoteDifferent(ImportKinds.Client, row.ClientId, note);
        if (needsSecret) NoteSecret(row.ClientId, secret, fault);
    }

    // The one of the other server is known to the app, and so is not shown.
    private void NoteSecret(string clientId, string secret, string? fault)
    {
        if (fault is null) return;
        report.NoteDifferent(ImportKinds.Client, clientId, fault.Length > 0
            ? $"it gets a new secret. {fault}"
            : "it gets a new secret: the old one is hidden there, or a hash that does not fit here");
        if (options.Apply) report.Secrets[clientId] = secret;
    }

    private void Leave(ForeignClient client, string why, IReadOnlyList<string> notes)
    {
        report.NoteLeft(ImportKinds.Client, client.Entry.ClientId, why);
        foreach (var note in notes) report.NoteDifferent(ImportKinds.Client, client.Entry.ClientId, note);
    }

    private ClientRow RowOf(ClientFileEntry entry)
    {
        var row = entry.ToRow(editing.Now);
        row.AllowedResources =
        [
            .. apis.Where(api => !api.IsDefault && _scopes[api.Resource].Intersect(row.AllowedScopes).Any())
                .Select(api => api.Resource),
        ];
        if (row.ApplicationType == "web" && !row.HasKeys()) row.ClientSecret = NoHash;
        return row;
    }

    private IEnumerable<string> NotesOnApis(ClientRow row)
    {
        var known = _scopes.Values.SelectMany(names => names).Concat(PersonScopes.All);
        foreach (var scope in row.AllowedScopes.Except(known))
            yield return $"the scope {scope} is of no API here";
        foreach (var api in row.AllowedResources)
            yield return $"its requests have to name the API: resource={api}";
    }

    private static string[] ScopesOf(ResourceRow api)
    {
        using var scopes = System.Text.Json.JsonDocument.Parse(api.Scopes);
        return [.. scopes.RootElement.EnumerateObject().Select(scope => scope.Name)];
    }
}
