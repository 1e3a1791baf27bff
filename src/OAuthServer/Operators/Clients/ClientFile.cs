using System.Text.Json;

namespace OAuthServer.Operators.Clients;

/// <summary>The clients that a file declares, and everything that is wrong with it.</summary>
/// <param name="Clients">Those that could be read.</param>
/// <param name="Faults">Each with the path of its place in the file.</param>
internal sealed record ClientFile(IReadOnlyList<DeclaredClient> Clients, IReadOnlyList<string> Faults);

/// <summary>Reads the file of <c>clients plan</c> and <c>clients apply</c>; docs/operations/clients.md has its format.</summary>
/// <param name="variable">The value of an environment variable; null when there is none.</param>
internal sealed class ClientFileReader(Func<string, string?> variable)
{
    private static readonly string[] Members =
        ["client_id", "name", "application_type", "redirect_uris", "allowed_scopes", "default_scopes", "grant_types", "require_pkce", "disabled", "secret"];

    private readonly List<string> _faults = [];

    /// <summary>Reads the text of a file.</summary>
    public ClientFile Read(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            var clients = ReadAll(document.RootElement).ToList();
            foreach (var twice in clients.GroupBy(client => client.ClientId, StringComparer.Ordinal).Where(same => same.Count() > 1))
                _faults.Add($"{string.Join(" and ", twice.Select(client => client.Place))} have the same client_id.");
            return new ClientFile(clients, _faults);
        }
        catch (JsonException unreadable)
        {
            return new ClientFile([], [$"The file is no JSON: line {unreadable.LineNumber + 1}, byte {unreadable.BytePositionInLine + 1}."]);
        }
    }

    private IEnumerable<DeclaredClient> ReadAll(JsonElement root)
    {
        var file = new JsonMembers(root, "", _faults, "clients");
        if (root.ValueKind != JsonValueKind.Object) yield break;
        if (file.Element("clients") is not { ValueKind: JsonValueKind.Array } clients)
        {
            _faults.Add("clients must be a list of objects.");
            yield break;
        }

        var number = 0;
        foreach (var element in clients.EnumerateArray())
        {
            if (ReadOne(element, $"clients[{number++}]") is { } client) yield return client;
        }
    }

    private DeclaredClient? ReadOne(JsonElement element, string place)
    {
        var client = new JsonMembers(element, place, _faults, Members);
        if (element.ValueKind != JsonValueKind.Object) return null;
        var (id, name, type) = (client.Text("client_id"), client.Text("name"), client.Text("application_type", "web"));
        var (uris, scopes, defaults) = (client.Texts("redirect_uris"), client.Texts("allowed_scopes"), client.Texts("default_scopes", []));
        var grants = client.Texts("grant_types", ["authorization_code", "refresh_token"]);
        var (pkce, disabled, secret) = (client.Flag("require_pkce") ?? true, client.Flag("disabled"), ReadSecret(client));
        return id is null || name is null || type is null || uris is null || scopes is null || defaults is null || grants is null
            ? null
            : new DeclaredClient
            {
                Place = place,
                ClientId = id,
                Name = name,
                ApplicationType = type,
                RedirectUris = uris,
                AllowedScopes = scopes,
                DefaultScopes = defaults,
                GrantTypes = grants,
                RequirePkce = pkce,
                Disabled = disabled,
                Secret = secret,
            };
    }

    private DeclaredSecret? ReadSecret(JsonMembers client)
    {
        if (client.Element("secret") is not { } element) return null;
        var at = client.At("secret");
        if (element.ValueKind == JsonValueKind.String)
        {
            _faults.Add($"{at} must not be a plain secret: write {{ \"hash\": \"…\" }} or {{ \"env\": \"NAME\" }}.");
            return null;
        }

        var secret = new JsonMembers(element, at, _faults, "hash", "env");
        if (element.ValueKind != JsonValueKind.Object) return null;
        if (secret.Element("hash") is null == secret.Element("env") is null)
        {
            _faults.Add($"{at} must have either hash or env.");
            return null;
        }

        return secret.Element("hash") is null ? FromVariable(secret) : FromHash(secret);
    }

    private DeclaredSecret? FromHash(JsonMembers secret)
    {
        if (secret.Text("hash") is not { } hash) return null;
        if (DeclaredSecret.IsHash(hash)) return DeclaredSecret.OfHash(hash);
        _faults.Add($"{secret.At("hash")} must be a bcrypt hash (OAuthServer clients hash-secret makes one).");
        return null;
    }

    private DeclaredSecret? FromVariable(JsonMembers secret)
    {
        if (secret.Text("env") is not { } name) return null;
        if (variable(name) is not { Length: > 0 } value)
        {
            _faults.Add($"{secret.At("env")}: the environment variable of this name is not set, or empty.");
            return null;
        }

        if (DeclaredSecret.IsHash(value)) return DeclaredSecret.OfHash(value);
        if (DeclaredSecret.Fault(value) is not { } fault) return DeclaredSecret.OfPlain(value);
        _faults.Add($"{secret.At("env")}: {fault}");
        return null;
    }
}
