using System.Net;
using Npgsql;
using OAuthServer.Keys;
using OAuthServer.Outgoing;

namespace OAuthServer.Accounts.External;

/// <summary>
/// Calls to a provider: to its issuer's host, which the operator has named, whatever its address; and to what its
/// documents name, by the rules for addresses that somebody else chose
/// (docs/decisions/044-calls-to-other-providers.md).
/// </summary>
internal static class UpstreamCalls
{
    /// <summary>How long one call may take. At most two stand between a click and its page.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(3);

    /// <summary>How long all calls of one answer may take.</summary>
    public static readonly TimeSpan Together = TimeSpan.FromSeconds(8);

    /// <summary>How far a provider's clock may be behind.</summary>
    public static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(1);

    private const int LargestAnswer = 1024 * 1024;
    private const int Connections = 20;

    public static HttpClient Create(ExternalProviderOptions provider)
    {
        var host = new Uri(ExternalProvider.IssuerOf(provider)).Host;
        var rules = new AddressRules([host, .. provider.AllowedHosts], provider.AllowedNetworks);
        var sockets = GuardedHttp.CreateHandler(rules);
        sockets.MaxConnectionsPerServer = Connections;
        var client = new HttpClient(new OutageHandler { InnerHandler = sockets })
        {
            Timeout = Timeout,
            MaxResponseContentBufferSize = LargestAnswer,
        };
        client.DefaultRequestHeaders.UserAgent.ParseAdd("OAuthServer");
        return client;
    }

    /// <summary>True when the provider could not be reached, or is not well.</summary>
    public static bool IsOutage(Exception failure) => Chain(failure).Any(cause =>
        cause is HttpRequestException or OperationCanceledException or IOException);

    /// <summary>True when it is this server that is not well.</summary>
    public static bool IsOurs(Exception failure) =>
        !Chain(failure).OfType<HttpRequestException>().Any()
        && Chain(failure).Any(cause => cause is KeyStoreException or NpgsqlException || cause.Source is "Npgsql");

    private static IEnumerable<Exception> Chain(Exception failure)
    {
        for (var cause = failure; cause is not null; cause = cause.InnerException) yield return cause;
    }

    // A provider that is not well is as far away as one that does not answer.
    private sealed class OutageHandler : DelegatingHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var answer = await base.SendAsync(request, cancellationToken);
            if ((int)answer.StatusCode < 500 && answer.StatusCode != HttpStatusCode.TooManyRequests) return answer;
            answer.Dispose();
            throw new HttpRequestException("the provider answers with an error of its own", null, answer.StatusCode);
        }
    }
}
