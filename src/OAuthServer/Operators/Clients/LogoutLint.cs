using System.Net;
using OAuthServer.Outgoing;
using OAuthServer.Storage;

namespace OAuthServer.Operators.Clients;

/// <summary>The rules of <see cref="ClientLint"/> about how a client is told of a sign-out.</summary>
internal static class LogoutLint
{
    /// <summary>Every finding about one client.</summary>
    public static IEnumerable<ClientFinding> Check(ClientRow client)
    {
        if (client.BackchannelLogoutUri is not { } text) yield break;
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri))
        {
            yield return ClientFinding.Error(
                client, LintRules.BackchannelLogoutUriUnreadable,
                $"Its backchannel_logout_uri {text} is no URI that can be sent to.",
                "Write scheme, host, port and path of the app's receiver.");
        }
        else if (uri.Scheme != Uri.UriSchemeHttps)
        {
            yield return ClientFinding.Warning(
                client, LintRules.BackchannelLogoutUriWithoutHttps,
                $"Its backchannel_logout_uri {text} is not https.",
                "Nothing is sent to it outside Development: register the app's https address.");
        }
        else if (uri.IsLoopback || (IPAddress.TryParse(uri.DnsSafeHost, out var ip) && !AddressRules.IsPublic(ip)))
        {
            yield return ClientFinding.Warning(
                client, LintRules.BackchannelLogoutUriNotPublic,
                $"Its backchannel_logout_uri {text} is no public address.",
                "It is sent to only where BackChannelLogout:AllowedHosts or BackChannelLogout:AllowedNetworks has it.");
        }
    }
}
