using System.Globalization;
using System.Text;
using OAuthServer.Clients;
using OAuthServer.Clients.Editing;
using OAuthServer.Protocol;
using OAuthServer.Storage;

namespace OAuthServer.Operators.Clients;

/// <summary>
/// Looks for what the CHECK constraints of <c>oauth_clients</c> admit and an operator would still want to know. The
/// rules about secrets are in <see cref="SecretLint"/>, those about keys in <see cref="KeyLint"/>, those about sign-out
/// in
/// <see cref="LogoutLint"/>. A disabled client is one finding: nothing else of it matters until it is enabled.
/// </summary>
/// <param name="apis">What <c>oauth_resources</c> has; when it has nothing, no scope and no resource is looked
/// at.</param>
/// <param name="cost"><c>ClientSecrets:Cost</c>.</param>
/// <param name="now">The moment that end dates are compared with.</param>
internal sealed class ClientLint(ResourceList apis, int cost, DateTimeOffset now)
{
    /// <summary>Every finding, by client and then by rule.</summary>
    /// <param name="clients">All rows, since some rules compare one with another.</param>
    /// <param name="uses">When secrets were used; empty when that is not known.</param>
    public IReadOnlyList<ClientFinding> Check(
        IReadOnlyCollection<ClientRow> clients, IReadOnlyCollection<ClientSecretUse> uses)
    {
        var live = clients.Where(client => client.DisabledAt is null).ToList();
        var secrets = new SecretLint(cost, now, uses);
        return
        [
            .. clients.Where(client => client.DisabledAt is not null).Select(Disabled)
                .Concat(live.SelectMany(client => CheckOne(client)
                    .Concat(secrets.Check(client)).Concat(KeyLint.Check(client)).Concat(LogoutLint.Check(client))))
                .Concat(SharedRedirectUris(live))
                .Concat(SharedNames(live))
                .Concat(SharedKeys(live))
                .OrderBy(finding => finding.ClientId, StringComparer.Ordinal)
                .ThenBy(finding => finding.Rule, StringComparer.Ordinal),
        ];
    }

    /// <summary>A date as findings write it.</summary>
    internal static string Day(DateTimeOffset moment) =>
        moment.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static ClientFinding Disabled(ClientRow client) => ClientFinding.Warning(
        client, LintRules.ClientDisabled,
        $"It is disabled since {Day(client.DisabledAt!.Value)}.",
        "Enable it (OAuthServer clients enable), or delete its row when nobody needs it any more.");

    private IEnumerable<ClientFinding> CheckOne(ClientRow client) =>
        GrantTypesOf(client).Concat(RedirectUrisOf(client)).Concat(SchemesOf(client))
            .Concat(ScopesOf(client)).Concat(ResourcesOf(client)).Concat(OfflineOf(client))
            .Concat(PkceAndName(client)).Concat(RepeatsOf(client));

    private static IEnumerable<ClientFinding> GrantTypesOf(ClientRow client)
    {
        string[] first = [GrantTypes.AuthorizationCode, GrantTypes.ClientCredentials];
        if (client.GrantTypes.Intersect(first, StringComparer.Ordinal).Any()) yield break;
        yield return ClientFinding.Error(
            client, LintRules.NoWayToAFirstToken,
            "Without authorization_code or client_credentials it can never get a first token.",
            "Add authorization_code to grant_types, or client_credentials for a service.");
    }

    private static IEnumerable<ClientFinding> RedirectUrisOf(ClientRow client)
    {
        foreach (var uri in client.RedirectUris)
        {
            if (!Uri.TryCreate(uri, UriKind.Absolute, out var parsed))
            {
                yield return ClientFinding.Error(
                    client, LintRules.RedirectUriUnreadable,
                    $"The redirect URI {uri} is no URI that a browser can follow.",
                    "Write scheme, host, port and path as the app sends them.");
            }
            else if (parsed is { Scheme: "http", Host: "localhost" })
            {
                yield return ClientFinding.Warning(
                    client, LintRules.RedirectUriLocalhost,
                    $"The redirect URI {uri} trusts the name localhost.",
                    "Register 127.0.0.1 or [::1] (RFC 8252 §8.3).");
            }
        }

        if (client.ApplicationType != "native" && client.RedirectUris.Length > 0 && !client.RedirectUris.Any(IsHttps))
        {
            yield return ClientFinding.Warning(
                client, LintRules.RedirectUriWithoutHttps,
                $"A {client.ApplicationType} client with no redirect URI of https works on a developer's machine "
                + "alone.",
                "Register the https address, or make it native if it is an app on people's devices.");
        }
    }

    private static IEnumerable<ClientFinding> SchemesOf(ClientRow client) =>
        from scheme in client.AcceptedSchemes
        select ClientFinding.Warning(
            client, LintRules.SchemeAccepted,
            $"The scheme {scheme} is accepted, and any other app on the device can have the same.",
            "Let the app use an https app link, a loopback address, or a scheme in reverse domain order "
            + "(RFC 8252 §8.4).");

    private static IEnumerable<ClientFinding> RepeatsOf(ClientRow client)
    {
        if (client is not { MaxRefreshRepeats: { } most, ApplicationType: "browser" }) yield break;
        yield return ClientFinding.Warning(
            client, LintRules.RefreshRepeatsOfTabs,
            $"After {most} repeated refreshes in a row a session ends, and two tabs that refresh on one timer repeat "
            + "every one.",
            "Let one tab refresh for all (a lock of the browser), or set max_refresh_repeats to NULL.");
    }

    private IEnumerable<ClientFinding> ScopesOf(ClientRow client)
    {
        if (apis.Live.Count == 0) yield break;
        var mine = new ClientResources(client, apis);
        var had = mine.Names.SelectMany(name => mine.Find(name)!.Scopes);
        // Those of the person are of the server itself, and so are those of operators.
        var known = had.Concat(PersonScopes.All).Concat(client.MayAdminister ? AdminScopes.All : []);
        var strange = client.AllowedScopes.Except(known, StringComparer.Ordinal).ToList();
        if (strange.Count == 0) yield break;
        yield return ClientFinding.Warning(
            client, LintRules.ScopeNotConfigured,
            $"None of its APIs has the scope {Listed(strange)}, so it can never be granted.",
            "Add it to the scopes of an API in oauth_resources, add that API to allowed_resources, or take it out of "
            + "allowed_scopes.");
    }

    private static IEnumerable<ClientFinding> OfflineOf(ClientRow client)
    {
        if (!client.AllowedScopes.Contains(PersonScopes.OfflineAccess, StringComparer.Ordinal)) yield break;
        var openId = client.AllowedScopes.Contains(PersonScopes.OpenId, StringComparer.Ordinal);
        if (openId && client.GrantTypes.Contains(GrantTypes.RefreshToken, StringComparer.Ordinal)) yield break;
        yield return ClientFinding.Warning(
            client, LintRules.OfflineAccessOfNoUse,
            "offline_access is granted together with openid alone, and to a client that can refresh.",
            "Add openid to allowed_scopes and refresh_token to grant_types, or take offline_access out.");
    }

    private IEnumerable<ClientFinding> ResourcesOf(ClientRow client) =>
        from named in client.AllowedResources
        let canonical = ResourceUri.Canonical(named)
        where apis.Live.Count > 0 && (canonical is null || apis.Find(canonical) is not { IsDisabled: false })
        select ClientFinding.Warning(
            client, LintRules.ResourceUnknown,
            $"No API of oauth_resources that is not disabled is {named}.",
            "Add or enable it, or take it out of allowed_resources.");

    private static IEnumerable<ClientFinding> PkceAndName(ClientRow client)
    {
        if (!client.RequirePkce)
        {
            yield return ClientFinding.Warning(
                client, LintRules.PkceWaived,
                "It may leave PKCE out.",
                "Set require_pkce as soon as the app sends a code_challenge (RFC 9700 §2.1.1).");
        }

        if (client.Name.EnumerateRunes().Any(IsInvisible))
        {
            yield return ClientFinding.Warning(
                client, LintRules.ClientNameHidesCharacters,
                "Its name has characters that nobody can see; pages leave them out.",
                "Write the name without them.");
        }

        if (AppName.MixesScripts(client.Name))
        {
            yield return ClientFinding.Warning(
                client, LintRules.ClientNameMixesScripts,
                "Its name has a word with letters of several alphabets that look alike; people are warned of it.",
                "Ask its makers why, and write the name in one alphabet.");
        }
    }

    private static IEnumerable<ClientFinding> SharedRedirectUris(IEnumerable<ClientRow> clients) =>
        from shared in Shared(clients, client => client.RedirectUris)
        select ClientFinding.Warning(
            shared.Client, LintRules.RedirectUriShared,
            $"The redirect URI {shared.Value} is also that of {shared.Others}.",
            "Give each client an address of its own: an answer meant for one can reach the other.");

    private static IEnumerable<ClientFinding> SharedNames(IEnumerable<ClientRow> clients) =>
        from shared in Shared(clients, client => [AppName.Folded(client.Name)])
        select ClientFinding.Warning(
            shared.Client, LintRules.ClientNameShared,
            $"The name {shared.Client.Name} is also that of {shared.Others}, in this case or in another.",
            "Give each client a name of its own: people choose by it on the consent page.");

    private static IEnumerable<ClientFinding> SharedKeys(IEnumerable<ClientRow> clients) =>
        from shared in Shared(clients, client => ClientKeyView.Of(client.Jwks).Select(key => key.Thumbprint))
        select ClientFinding.Warning(
            shared.Client, LintRules.KeyShared,
            $"The key {shared.Value} is also that of {shared.Others}.",
            "Give each client a key of its own: whoever has this one is all of them.");

    // Byte for byte, as they are compared.
    private static IEnumerable<(ClientRow Client, string Value, string Others)> Shared(
        IEnumerable<ClientRow> clients, Func<ClientRow, IEnumerable<string>> values) =>
        from client in clients
        from value in values(client).Distinct(StringComparer.Ordinal)
        group client by value into same
        where same.Count() > 1
        from client in same
        select (client, same.Key, Listed(same.Where(other => other != client).Select(other => other.ClientId)));

    private static bool IsHttps(string uri) => uri.StartsWith("https://", StringComparison.Ordinal);

    private static bool IsInvisible(Rune rune) =>
        Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format;

    private static string Listed(IEnumerable<string> names) => string.Join(", ", names.Order(StringComparer.Ordinal));
}
