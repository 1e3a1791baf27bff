using System.Text.Json;
using OAuthServer.Protocol;
using OAuthServer.Settings;
using OAuthServer.Storage;

namespace OAuthServer.Clients;

/// <summary>
/// What access tokens for the server's own API are for. It needs no row of <c>oauth_resources</c>: a client has it by
/// <c>oauth_clients.may_administer</c> alone (docs/decisions/045-an-api-for-operators.md).
/// </summary>
internal static class AdminResource
{
    private static readonly Dictionary<string, object> Words = new()
    {
        [AdminScopes.ReadClients] = Said("See the registered apps", "Die eingetragenen Apps ansehen"),
        [AdminScopes.WriteClients] = Said("Register and change apps", "Apps eintragen und ändern"),
        [AdminScopes.ReadAccounts] = Said("See people's accounts", "Die Konten von Personen ansehen"),
        [AdminScopes.WriteAccounts] = Said(
            "Make and change people's accounts", "Konten von Personen anlegen und ändern"),
        [AdminScopes.ReadSessions] = Said("See where people are signed in", "Ansehen, wo Personen angemeldet sind"),
        [AdminScopes.EndSessions] = Said("Sign people out", "Personen abmelden"),
        [AdminScopes.ReadResources] = Said("See the registered APIs", "Die eingetragenen APIs ansehen"),
        [AdminScopes.ReadKeys] = Said("See the public signing keys", "Die öffentlichen Schlüssel ansehen"),
        [AdminScopes.ReadAudit] = Said("Search the audit log", "Das Protokoll durchsuchen"),
    };

    public static Resource Of(ServerAddress address)
    {
        var url = address.Url(Routes.AdminApi);
        return new Resource(new ResourceRow
        {
            Resource = url,
            Canonical = ResourceUri.Canonical(url)!,
            Name = "Administration of this server",
            Names = """{"de": "Verwaltung dieses Servers"}""",
            Scopes = JsonSerializer.Serialize(Words),
            SecondFactorScopes = [.. AdminScopes.All],
        })
        {
            IsAdmin = true,
        };
    }

    private static Dictionary<string, string> Said(string usual, string german) =>
        new() { ["default"] = usual, ["de"] = german };
}
