namespace OAuthServer.Clients.Editing;

/// <summary>
/// Reads the file of <c>clients plan</c> and <c>clients apply</c>; docs/operations/clients.md has its format. The
/// first fault of the JSON ends the reading; else every fault of what it means is listed.
/// </summary>
/// <param name="variable">The value of an environment variable; null when there is none.</param>
internal sealed class ClientFileReader(Func<string, string?> variable)
{
    private readonly List<string> _faults = [];

    /// <summary>Reads the text of a file.</summary>
    public ClientFile Read(string json)
    {
        var (content, fault) = ClientFileShape.Read(json);
        if (content is null) return new ClientFile([], [fault!]);
        var entries = content.Clients.Select((entry, number) => Read($"clients[{number}]", entry));
        var clients = entries.OfType<DeclaredClient>().ToList();
        var byId = clients.GroupBy(client => client.ClientId, StringComparer.Ordinal);
        foreach (var twice in byId.Where(same => same.Count() > 1))
            _faults.Add($"{string.Join(" and ", twice.Select(client => client.Place))} have the same client_id.");
        return new ClientFile(clients, _faults);
    }

    /// <summary>What is wrong with the values of one client, each fault with the path of its place.</summary>
    public static IReadOnlyList<string> FaultsOf(string place, ClientFileEntry entry)
    {
        var reader = new ClientFileReader(_ => null);
        reader.Read(place, entry);
        return reader._faults;
    }

    // Null when a value is none that the database could be asked about.
    private DeclaredClient? Read(string place, ClientFileEntry? entry)
    {
        if (entry is null)
        {
            _faults.Add(ClientFileShape.MustBe(place));
            return null;
        }

        var before = _faults.Count;
        CheckText($"{place}.client_id", entry.ClientId);
        CheckText($"{place}.name", entry.Name);
        CheckText($"{place}.application_type", entry.ApplicationType);
        CheckList($"{place}.redirect_uris", entry.RedirectUris);
        CheckList($"{place}.allowed_scopes", entry.AllowedScopes);
        CheckList($"{place}.default_scopes", entry.DefaultScopes);
        CheckList($"{place}.grant_types", entry.GrantTypes);
        CheckList($"{place}.app_origins", entry.AppOrigins);
        CheckList($"{place}.accepted_schemes", entry.AcceptedSchemes);
        CheckText($"{place}.jwks_uri", entry.JwksUri ?? "");
        CheckText($"{place}.token_endpoint_auth_signing_alg", entry.TokenEndpointAuthSigningAlg ?? "");
        CheckText($"{place}.backchannel_logout_uri", entry.BackchannelLogoutUri ?? "");
        CheckList($"{place}.post_logout_redirect_uris", entry.PostLogoutRedirectUris);
        CheckAbout(place, entry);
        CheckKeys($"{place}.jwks", entry.Jwks?.GetRawText() ?? "");
        var readable = _faults.Count == before;
        var secret = entry.Secret is { } reference ? Resolve($"{place}.secret", reference) : null;
        return readable ? new DeclaredClient(place, entry, secret) : null;
    }

    private void CheckAbout(string place, ClientFileEntry entry)
    {
        CheckText($"{place}.client_uri", entry.ClientUri ?? "");
        CheckText($"{place}.policy_uri", entry.PolicyUri ?? "");
        CheckText($"{place}.tos_uri", entry.TosUri ?? "");
        CheckText($"{place}.logo_uri", entry.LogoUri ?? "");
    }

    private void CheckText(string path, string text)
    {
        if (text.Contains('\0', StringComparison.Ordinal)) _faults.Add($"{path} must not contain NUL.");
    }

    // None of a public key needs an escape, and some are such that the database refuses the whole question.
    private void CheckKeys(string path, string json)
    {
        if (json.Contains("\\u", StringComparison.Ordinal)) _faults.Add($"{path} must be written without \\u escapes.");
    }

    private void CheckList(string path, string?[] list)
    {
        for (var i = 0; i < list.Length; i++)
        {
            if (list[i] is { } text) CheckText($"{path}[{i}]", text);
            else _faults.Add(ClientFileShape.MustBe($"{path}[{i}]"));
        }

        if (list.Distinct(StringComparer.Ordinal).Count() != list.Length)
            _faults.Add($"{path} names something twice.");
    }

    private DeclaredSecret? Resolve(string path, SecretReference reference)
    {
        switch (reference)
        {
            case { Hash: { } hash, Env: null }:
                if (DeclaredSecret.IsHash(hash)) return DeclaredSecret.OfHash(hash);
                _faults.Add($"{path}.hash must be a bcrypt hash (OAuthServer clients hash-secret makes one).");
                return null;
            case { Hash: null, Env: { } name }:
                return FromVariable($"{path}.env", variable(name));
            default:
                _faults.Add($"{path} must have either hash or env.");
                return null;
        }
    }

    private DeclaredSecret? FromVariable(string path, string? value)
    {
        if (value is not { Length: > 0 })
        {
            _faults.Add($"{path}: the environment variable of this name is not set, or empty.");
            return null;
        }

        if (DeclaredSecret.IsHash(value)) return DeclaredSecret.OfHash(value);
        if (DeclaredSecret.Fault(value) is not { } fault) return DeclaredSecret.OfPlain(value);
        _faults.Add($"{path}: {fault}");
        return null;
    }
}
