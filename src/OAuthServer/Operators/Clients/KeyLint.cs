using System.Net;
using System.Text.Json;
using OAuthServer.Clients.Assertions;
using OAuthServer.Clients.Editing;
using OAuthServer.Outgoing;
using OAuthServer.Storage;

namespace OAuthServer.Operators.Clients;

/// <summary>The rules of <see cref="ClientLint"/> about clients that have keys instead of a secret.</summary>
internal static class KeyLint
{
    /// <summary>Every finding about one client.</summary>
    public static IEnumerable<ClientFinding> Check(ClientRow client) =>
        client.JwksUri is { } uri ? OfAddress(client, uri) : client.Jwks is { } jwks ? OfKeys(client, jwks) : [];

    private static IEnumerable<ClientFinding> OfAddress(ClientRow client, string text)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri))
        {
            yield return ClientFinding.Error(
                client, LintRules.JwksUriUnreadable,
                $"Its jwks_uri {text} is no URI that can be fetched.",
                "Write scheme, host, port and path of the key set.");
        }
        else if (uri.IsLoopback || (IPAddress.TryParse(uri.DnsSafeHost, out var ip) && !AddressRules.IsPublic(ip)))
        {
            yield return ClientFinding.Warning(
                client, LintRules.JwksUriNotPublic,
                $"Its jwks_uri {text} is no public address.",
                "It is fetched only where ClientKeys:AllowedHosts or ClientKeys:AllowedNetworks has it.");
        }
    }

    private static IEnumerable<ClientFinding> OfKeys(ClientRow client, string jwks)
    {
        using var document = JsonDocument.Parse(jwks);
        var all = document.RootElement.GetProperty("keys").GetArrayLength();
        var usable = ClientKeyView.Of(jwks);
        if (usable.Count < all)
        {
            yield return ClientFinding.Error(
                client, LintRules.KeyUnusable,
                $"{all - usable.Count} of its {Quantity.Of(all, "key")} cannot be used.",
                "Compare with OAuthServer clients show: the others are not for signatures, or not well formed.");
        }

        if (all > 1 && usable.Any(key => key.Kid is null))
        {
            yield return ClientFinding.Warning(
                client, LintRules.KeyWithoutKid,
                "It has several keys, and not all have a kid.",
                "Give each a kid, and let the app name it, so that one of them has to be tried.");
        }

        if (client.TokenEndpointAuthSigningAlg is { } only
            && ClientKeySet.Read(System.Text.Encoding.UTF8.GetBytes(jwks))?.Keys.Any(key => key.Fits(only)) != true)
        {
            yield return ClientFinding.Error(
                client, LintRules.KeyFitsNoAlgorithm,
                $"None of its keys fits {only}: nobody can authenticate as this client.",
                "Register such a key, or another token_endpoint_auth_signing_alg.");
        }
    }
}
