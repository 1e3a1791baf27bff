using System.Collections.Frozen;
using System.Text.Json;
using OAuthServer.Protocol;
using OAuthServer.Storage.Foreign;

namespace OAuthServer.Operators.Import;

/// <summary>
/// Reads the export of a Keycloak realm: one file, or the one of the realm and those of its users.
/// </summary>
/// <param name="profile">The columns of <c>account_profiles</c>, and whether each is a text.</param>
internal sealed class KeycloakRealm(FrozenDictionary<string, bool> profile)
{
    private const string AudienceMapper = "oidc-audience-mapper";

    /// <summary>Scopes that every realm has, which mean nothing outside of Keycloak.</summary>
    private static readonly FrozenSet<string> OwnScopes = FrozenSet.ToFrozenSet(
    [
        "roles", "web-origins", "microprofile-jwt", "acr", "basic", "organization", "service_account", "role_list",
        "saml_organization",
    ]);

    private static readonly FrozenSet<string> OwnClients = FrozenSet.ToFrozenSet(
        ["account", "account-console", "admin-cli", "broker", "realm-management", "security-admin-console"]);

    /// <exception cref="ForeignServerException">A file cannot be read, or is no export.</exception>
    public async Task<ForeignServer> ReadAsync(IReadOnlyList<FileInfo> files, CancellationToken ct)
    {
        var parts = new List<ForeignRow>();
        foreach (var file in files) parts.Add(await PartAsync(file, ct));
        if (!parts.Exists(part => part.Has("clients") || part.Has("users")))
            throw new ForeignServerException("The export has neither clients nor users.");
        var realm = parts.Find(part => part.Has("clients")) ?? parts[0];
        var scopes = realm.Rows("clientScopes");
        var reader = new KeycloakClient(realm, OwnScopes);
        var people = new KeycloakPeople(profile);
        return new ForeignServer
        {
            Clients =
            [
                .. realm.Rows("clients").Where(client => !OwnClients.Contains(client.TextOrEmpty("clientId")))
                    .Where(client => !client.Flag("bearerOnly")).Select(reader.Read),
            ],
            Apis = [.. Apis(scopes)],
            People = [.. parts.SelectMany(part => part.Rows("users")).Where(IsPerson).Select(people.Read)],
            Left = [.. Left(realm, scopes), .. KeycloakPeople.Left([.. parts.SelectMany(part => part.Rows("users"))])],
        };
    }

    private static async Task<ForeignRow> PartAsync(FileInfo file, CancellationToken ct)
    {
        try
        {
            await using var stream = file.OpenRead();
            using var document = await JsonDocument.ParseAsync(stream, cancellationToken: ct);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? new ForeignRow(document.RootElement.Clone())
                : throw new ForeignServerException($"{file.Name} is no export of a realm: it is no JSON object.");
        }
        catch (JsonException broken)
        {
            throw new ForeignServerException($"{file.Name} is no JSON: line {(broken.LineNumber ?? 0) + 1}.");
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            throw new ForeignServerException($"{file.Name} cannot be read: {unreadable.Message}");
        }
    }

    // The person behind the tokens of a client itself is nobody.
    private static bool IsPerson(ForeignRow user) => !user.Has("serviceAccountClientId");

    // A scope belongs to an API where it puts the API into aud.
    private static IEnumerable<ForeignApi> Apis(IReadOnlyList<ForeignRow> scopes) =>
        from scope in scopes
        from mapper in scope.Rows("protocolMappers")
        where mapper.Text("protocolMapper") == AudienceMapper
        let config = mapper.Object("config")
        let audience = config?.Filled("included.custom.audience") ?? config?.Filled("included.client.audience")
        where audience is not null
        group scope by audience into api
        select new ForeignApi(
            api.Key, api.Key, api.DistinctBy(Name).ToDictionary(Name, Words, StringComparer.Ordinal));

    private static IEnumerable<ImportNote> Left(ForeignRow realm, IReadOnlyList<ForeignRow> scopes)
    {
        var roles = realm.Object("roles");
        (string What, int Count, string Why)[] parts =
        [
            ("realm roles", roles?.Rows("realm").Count ?? 0, "this server has none"),
            ("groups", realm.Rows("groups").Count, "this server has none"),
            ("identity providers", realm.Rows("identityProviders").Count,
                "they are settings: docs/external-providers.md"),
            ("user federation", realm.Object("components")?.Rows("org.keycloak.storage.UserStorageProvider").Count ?? 0,
                "people whose passwords another directory has cannot sign in here"),
            ("clients of APIs", realm.Rows("clients").Count(client => client.Flag("bearerOnly")),
                "an API is a row of oauth_resources here"),
            ("mappers", scopes.Where(scope => !Known(Name(scope))).SelectMany(scope => scope.Rows("protocolMappers"))
                .Count(mapper => mapper.Text("protocolMapper") != AudienceMapper),
                "tokens carry the claims of OpenID Connect alone here"),
        ];
        var counted = parts.Where(part => part.Count > 0)
            .Select(part => new ImportNote(ImportKinds.Server, $"{part.What} ({part.Count})", part.Why));
        return realm.Has("realm")
            ? counted.Append(new ImportNote(
                ImportKinds.Server, "refresh tokens", "Keycloak's are signed with its key: people sign in once more"))
            : counted;
    }

    private static string Name(ForeignRow scope) => scope.TextOrEmpty("name");

    private static bool Known(string scope) => OwnScopes.Contains(scope) || PersonScopes.All.Contains(scope);

    // Keycloak's own are the names of texts.
    private static string Words(ForeignRow scope)
    {
        var words = scope.Object("attributes")?.Filled("consent.screen.text");
        var isName = words?.StartsWith("${", StringComparison.Ordinal) == true;
        return (isName ? null : words) ?? scope.Filled("description") ?? Name(scope);
    }
}
