using OAuthServer.Protocol;
using OAuthServer.Storage.Foreign;

namespace OAuthServer.Operators.Import;

/// <summary>
/// Reads the tables of OpenIddict's Entity Framework stores, of version 3 and later, and those of ASP.NET Core Identity
/// beside them.
/// </summary>
internal sealed class OpenIddictServer(ForeignDatabase database, IdentityPeople people)
{
    private const string Applications = "OpenIddictApplications";

    /// <exception cref="ForeignServerException">The tables are not there.</exception>
    public async Task<ForeignServer> ReadAsync(bool withTokens, CancellationToken ct)
    {
        if (!database.Has(Applications))
        {
            throw new ForeignServerException(
                $"There is no table {Applications}: this is not the database of an OpenIddict server, or its tables "
                + "have other names.");
        }

        var applications = await database.RowsAsync(Applications, ct);
        var scopes = await database.RowsAsync("OpenIddictScopes", ct);
        var (accounts, leftOfAccounts) = await people.ReadAsync(database, ct);
        return new ForeignServer
        {
            Clients = [.. applications.Select(Client)],
            Apis = [.. Apis(scopes)],
            People = accounts,
            Tokens = withTokens ? await new OpenIddictTokens(database).ReadAsync(applications, ct) : null,
            Left = [.. ScopesOfNoApi(scopes), .. leftOfAccounts],
        };
    }

    private static ForeignClient Client(ForeignRow row)
    {
        var permissions = row.Texts("Permissions");
        var requirements = row.Texts("Requirements");
        var draft = new ClientDraft(row.TextOrEmpty("ClientId"))
        {
            Name = row.Text("DisplayName"),
            IsPublic = (row.Text("ClientType") ?? row.Text("Type")) == "public",
            IsNative = row.Text("ApplicationType") == "native",
            RequirePkce = requirements.Contains("ft:pkce"),
            RequirePushedRequests = requirements.Contains("ft:par"),
            Jwks = row.Text("ClientSecret") is null ? row.Json("JsonWebKeySet") : null,
        };
        draft.Grants.AddRange(Behind("gt:", permissions));
        draft.Scopes.AddRange(Behind("scp:", permissions));
        draft.RedirectUris.AddRange(row.Texts("RedirectUris"));
        draft.PostLogoutRedirectUris.AddRange(row.Texts("PostLogoutRedirectUris"));
        // OpenIddict asks for no permission for these two.
        if (draft.Grants.Contains(GrantTypes.AuthorizationCode)) draft.Scopes.Add(PersonScopes.OpenId);
        if (draft.Grants.Contains(GrantTypes.RefreshToken)) draft.Scopes.Add(PersonScopes.OfflineAccess);
        draft.Notes.AddRange(Notes(row, permissions, draft));
        return draft.Finish();
    }

    private static IEnumerable<string> Notes(ForeignRow row, IReadOnlyList<string> permissions, ClientDraft draft)
    {
        foreach (var type in Behind("rst:", permissions).Where(type => type != "code"))
            yield return $"the response type {type} is not served here";
        if (row.Has("JsonWebKeySet") && draft.Jwks is null) yield return "its keys are left, since it has a secret too";
        if (row.Has("Settings")) yield return "its settings are left: lifetimes are those of this server";
        if (row.Has("Properties")) yield return "its custom properties are left";
        if (row.Text("ConsentType") is { } consent and not "explicit")
            yield return $"people are asked for consent, where they were not ({consent})";
    }

    private static IEnumerable<ForeignApi> Apis(IReadOnlyList<ForeignRow> scopes) =>
        from scope in scopes
        from resource in scope.Texts("Resources")
        group scope by resource into api
        select new ForeignApi(
            api.Key, api.Key, api.DistinctBy(Name).ToDictionary(Name, Words, StringComparer.Ordinal));

    private static IEnumerable<ImportNote> ScopesOfNoApi(IReadOnlyList<ForeignRow> scopes) =>
        from scope in scopes
        where scope.Texts("Resources").Count == 0 && !PersonScopes.All.Contains(Name(scope))
        select new ImportNote(
            ImportKinds.Server, $"scope {Name(scope)}", "it names no resource: here a scope is one of an API");

    private static string Name(ForeignRow scope) => scope.TextOrEmpty("Name");

    private static string Words(ForeignRow scope) =>
        scope.Filled("DisplayName") ?? scope.Filled("Description") ?? Name(scope);

    private static IEnumerable<string> Behind(string prefix, IReadOnlyList<string> permissions) =>
        permissions.Where(text => text.StartsWith(prefix, StringComparison.Ordinal))
            .Select(text => text[prefix.Length..]);
}
