using OAuthServer.Protocol;
using OAuthServer.Storage.Foreign;

namespace OAuthServer.Operators.Import;

/// <summary>
/// Reads the tables of IdentityServer4's Entity Framework stores, versions 3 and 4, and of the server that followed it;
/// and those of ASP.NET Core Identity beside them.
/// </summary>
internal sealed class IdentityServer4Server(ForeignDatabase database, IdentityPeople people)
{
    private const string Key = "ClientId";

    /// <exception cref="ForeignServerException">The tables are not there.</exception>
    public async Task<ForeignServer> ReadAsync(bool withTokens, CancellationToken ct)
    {
        if (!database.Has("Clients") || !database.Has("ClientGrantTypes"))
        {
            throw new ForeignServerException(
                "There are no tables Clients and ClientGrantTypes: this is not the configuration database of an "
                + "IdentityServer4, or its tables have other names.");
        }

        var lists = await ClientListsAsync(ct);
        var clients = await database.RowsAsync("Clients", ct);
        var scopes = await database.RowsAsync("ApiScopes", ct);
        var (accounts, leftOfAccounts) = await people.ReadAsync(database, ct);
        var (apis, leftOfScopes) = await ApisAsync(scopes, ct);
        return new ForeignServer
        {
            Clients = [.. clients.Select(client => IdentityServer4Client.Read(client, lists))],
            Apis = apis,
            People = accounts,
            Tokens = withTokens ? await new IdentityServer4Tokens(database).ReadAsync(clients, ct) : null,
            Left = [.. leftOfScopes, .. await ServerAsync(ct), .. leftOfAccounts],
        };
    }

    // By table: the rows of each client. In there ClientId is the number of the client's row.
    private async Task<Dictionary<string, ILookup<string, ForeignRow>>> ClientListsAsync(CancellationToken ct)
    {
        var lists = new Dictionary<string, ILookup<string, ForeignRow>>(StringComparer.Ordinal);
        foreach (var table in IdentityServer4Client.Lists)
        {
            var rows = await database.RowsAsync(table, ct);
            lists[table] = rows.ToLookup(row => row.TextOrEmpty(Key), StringComparer.Ordinal);
        }

        return lists;
    }

    private async Task<(IReadOnlyList<ForeignApi> Apis, IReadOnlyList<ImportNote> Left)> ApisAsync(
        IReadOnlyList<ForeignRow> scopes, CancellationToken ct)
    {
        var byName = scopes.DistinctBy(Name).ToDictionary(Name, StringComparer.Ordinal);
        var links = await database.RowsAsync("ApiResourceScopes", ct);
        var ofApi = links.Select(link => (Api: link.Text("ApiResourceId"), Scope: link.TextOrEmpty("Scope")))
            // Version 3 has the API in the row of the scope.
            .Concat(scopes.Select(scope => (Api: scope.Text("ApiResourceId"), Scope: Name(scope))))
            .Where(link => link.Api is not null)
            .ToLookup(link => link.Api!, link => link.Scope, StringComparer.Ordinal);
        var apis = from api in await database.RowsAsync("ApiResources", ct)
                   where api.Flag("Enabled", otherwise: true)
                   let named = ofApi[api.TextOrEmpty("Id")].Distinct()
                   let words = named.ToDictionary(name => name, name => Words(byName.GetValueOrDefault(name), name))
                   select new ForeignApi(Name(api), api.Filled("DisplayName") ?? Name(api), words);
        var owned = ofApi.SelectMany(scope => scope).ToHashSet(StringComparer.Ordinal);
        var alone = byName.Keys.Except(owned).Select(scope => new ImportNote(
            ImportKinds.Server, $"scope {scope}", "it belongs to no API resource: here a scope is one of an API"));
        return ([.. apis], [.. alone]);
    }

    private async Task<IReadOnlyList<ImportNote>> ServerAsync(CancellationToken ct)
    {
        var left = new List<ImportNote>();
        var identity = (await database.RowsAsync("IdentityResources", ct)).Select(Name).Except(PersonScopes.All);
        left.AddRange(identity.Select(name => new ImportNote(
            ImportKinds.Server, $"identity resource {name}", "scopes about people are those of OpenID Connect here")));
        const string asks = "an API asks about tokens as one of introspection_clients";
        await NoteAsync("ApiResourceSecrets", "secrets of APIs", asks);
        await NoteAsync("ApiSecrets", "secrets of APIs", asks);
        await NoteAsync("ApiResourceClaims", "claims of APIs", "access tokens carry no claims about people here");
        await NoteAsync("IdentityProviders", "identity providers", "they are settings: docs/external-providers.md");
        return left;

        async Task NoteAsync(string table, string what, string why)
        {
            var count = (await database.RowsAsync(table, ct)).Count;
            if (count > 0) left.Add(new ImportNote(ImportKinds.Server, $"{what} ({count})", why));
        }
    }

    private static string Name(ForeignRow row) => row.TextOrEmpty("Name");

    private static string Words(ForeignRow? scope, string name) =>
        scope?.Filled("DisplayName") ?? scope?.Filled("Description") ?? name;
}
