using System.Globalization;
using System.Text;
using OAuthServer.Storage;

namespace OAuthServer.Operators.Clients;

/// <summary>
/// Looks for what the CHECK constraints of <c>oauth_clients</c> admit and an operator would still want to know. The rules about
/// secrets are in <see cref="SecretLint"/>. A disabled client is one finding: nothing else of it matters until it is enabled.
/// </summary>
/// <param name="scopes">The names of <c>OAuth:Scopes</c>; empty when none are configured, and then no scope is looked at.</param>
/// <param name="cost"><c>ClientSecrets:Cost</c>.</param>
/// <param name="now">The moment that end dates are compared with.</param>
internal sealed class ClientLint(IReadOnlyCollection<string> scopes, int cost, DateTimeOffset now)
{
    private static readonly string[] Served = ["authorization_code", "refresh_token"];

    /// <summary>Every finding, by client and then by rule.</summary>
    /// <param name="clients">All rows, since some rules compare one with another.</param>
    /// <param name="uses">When secrets were used; empty when that is not known.</param>
    public IReadOnlyList<ClientFinding> Check(IReadOnlyCollection<ClientRow> clients, IReadOnlyCollection<ClientSecretUse> uses)
    {
        var live = clients.Where(client => client.DisabledAt is null).ToList();
        var secrets = new SecretLint(cost, now, uses);
        return [.. clients.Where(client => client.DisabledAt is not null).Select(Disabled)
            .Concat(live.SelectMany(client => CheckOne(client).Concat(secrets.Check(client))))
            .Concat(Shared(live, client => client.RedirectUris, "redirect_uri_shared", "The redirect URI", "Give each client an address of its own: an answer meant for one can reach the other."))
            .Concat(Shared(live, client => [client.Name], "client_name_shared", "The name", "Give each client a name of its own: people choose by it on the consent page."))
            .OrderBy(finding => finding.ClientId, StringComparer.Ordinal).ThenBy(finding => finding.Rule, StringComparer.Ordinal)];
    }

    private static ClientFinding Disabled(ClientRow client) => Warning(client, "client_disabled",
        $"It is disabled since {Day(client.DisabledAt!.Value)}.", "Enable it (OAuthServer clients enable), or delete its row when nobody needs it any more.");

    private IEnumerable<ClientFinding> CheckOne(ClientRow client) =>
        GrantTypes(client).Concat(RedirectUris(client)).Concat(Scopes(client)).Concat(Manners(client));

    private static IEnumerable<ClientFinding> GrantTypes(ClientRow client)
    {
        var strange = client.GrantTypes.Except(Served, StringComparer.Ordinal).ToList();
        if (strange.Count > 0)
            yield return Error(client, "grant_type_not_served", $"This server does not serve {Words(strange)}.", "Take it out of grant_types.");
        if (!client.GrantTypes.Contains("authorization_code", StringComparer.Ordinal))
            yield return Error(client, "no_way_to_a_first_token", "Without authorization_code it can never get a first token.", "Add authorization_code to grant_types.");
    }

    private static IEnumerable<ClientFinding> RedirectUris(ClientRow client)
    {
        foreach (var uri in client.RedirectUris)
        {
            if (!Uri.TryCreate(uri, UriKind.Absolute, out var parsed))
                yield return Error(client, "redirect_uri_unreadable", $"The redirect URI {uri} is no URI that a browser can follow.", "Write scheme, host, port and path as the app sends them.");
            else if (parsed is { Scheme: "http", Host: "localhost" })
                yield return Warning(client, "redirect_uri_localhost", $"The redirect URI {uri} trusts the name localhost.", "Register 127.0.0.1 or [::1] (RFC 8252 §8.3).");
        }

        if (client.ApplicationType != "native" && client.RedirectUris.Length > 0 && !Array.Exists(client.RedirectUris, uri => uri.StartsWith("https://", StringComparison.Ordinal)))
            yield return Warning(client, "redirect_uri_without_https", $"A {client.ApplicationType} client with no redirect URI of https works on a developer's machine alone.", "Register the https address, or make it native if it is an app on people's devices.");
    }

    private IEnumerable<ClientFinding> Scopes(ClientRow client)
    {
        var strange = scopes.Count == 0 ? [] : client.AllowedScopes.Except(scopes, StringComparer.Ordinal).ToList();
        if (strange.Count > 0)
            yield return Warning(client, "scope_not_configured", $"OAuth:Scopes does not have {Words(strange)}.", "Describe it there, so that the consent page can say it in plain words, or take it out of scopes.");
    }

    private static IEnumerable<ClientFinding> Manners(ClientRow client)
    {
        if (!client.RequirePkce)
            yield return Warning(client, "pkce_waived", "It may leave PKCE out.", "Set require_pkce as soon as the app sends a code_challenge (RFC 9700 §2.1.1).");
        if (client.Name.EnumerateRunes().Any(rune => Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format))
            yield return Warning(client, "client_name_hides_characters", "Its name has characters that nobody can see; pages leave them out.", "Write the name without them.");
    }

    // Byte for byte, as they are compared.
    private static IEnumerable<ClientFinding> Shared(IEnumerable<ClientRow> clients, Func<ClientRow, IEnumerable<string>> values, string rule, string what, string advice) =>
        from pair in clients.SelectMany(client => values(client).Distinct(StringComparer.Ordinal).Select(value => (Client: client, Value: value)))
        group pair.Client by pair.Value into same
        where same.Count() > 1
        from client in same
        select Warning(client, rule, $"{what} {same.Key} is also that of {Words(same.Where(other => other != client).Select(other => other.ClientId))}.", advice);

    internal static ClientFinding Error(ClientRow client, string rule, string what, string advice) => new(client.ClientId, rule, FindingSeverity.Error, what, advice);

    internal static ClientFinding Warning(ClientRow client, string rule, string what, string advice) => new(client.ClientId, rule, FindingSeverity.Warning, what, advice);

    internal static string Day(DateTimeOffset moment) => moment.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static string Words(IEnumerable<string> names) => string.Join(", ", names.Order(StringComparer.Ordinal));
}
