using System.Diagnostics.Metrics;
using OAuthServer.Clients;
using OAuthServer.Clients.RemoteKeys;

namespace OAuthServer.Hosting.Observability;

/// <summary>How much is kept in memory of clients and their secrets.</summary>
internal sealed class CacheGauges(ClientDirectory clients, ClientSecretVerifier secrets, RemoteKeySets keys) : IGauges
{
    public void AddTo(Meter meter) => meter.CreateObservableGauge(
        "oauth.server.cache.entries", Entries, "{entry}", "Entries of the caches in memory, by cache.");

    private IEnumerable<Measurement<long>> Entries() =>
    [
        new(clients.Count, GaugeTags.Of("oauth.cache", "clients")),
        new(secrets.Remembered, GaugeTags.Of("oauth.cache", "client_secrets")),
        new(keys.Count, GaugeTags.Of("oauth.cache", "client_keys")),
    ];
}
