using OAuthServer.Outgoing;
using OAuthServer.Settings;

namespace OAuthServer.Clients.RemoteKeys;

/// <summary>
/// Section <c>ClientKeys</c>: how keys are fetched that clients publish at their <c>jwks_uri</c>. Serves RFC 7591 §5.
/// </summary>
internal sealed class RemoteKeyOptions
{
    /// <summary>The name of the configuration section.</summary>
    public const string Section = "ClientKeys";

    /// <summary>
    /// How long fetched keys are good: a key that the client took away stops working after this time. From half of it
    /// on they are fetched anew beside the requests, so that a short outage of the client's server is not noticed.
    /// </summary>
    public TimeSpan CacheLifetime { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// The shortest time between two fetches for keys that are not known yet: a new key may wait for so long.
    /// </summary>
    public TimeSpan RefetchPause { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long one fetch may take, with all that belongs to it.</summary>
    public TimeSpan FetchTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Hosts that may have a private address, such as <c>keys.corp.example</c>, as they stand in <c>jwks_uri</c>.
    /// Link-local addresses and those of cloud metadata stay refused.
    /// </summary>
    public IList<string> AllowedHosts { get; init; } = [];

    /// <summary>
    /// Private networks that keys may be fetched from, in CIDR notation, such as <c>10.20.0.0/16</c>.
    /// </summary>
    public IList<string> AllowedNetworks { get; init; } = [];
}

/// <summary>What an operator may write in section <c>ClientKeys</c>.</summary>
internal sealed class RemoteKeyOptionsValidator : OptionsValidator<RemoteKeyOptions>
{
    private static readonly TimeSpan LongestCache = TimeSpan.FromMinutes(5);

    protected override IEnumerable<string?> Faults(RemoteKeyOptions options) =>
    [
        Range("ClientKeys:CacheLifetime", options.CacheLifetime, TimeSpan.FromSeconds(1), LongestCache),
        Range("ClientKeys:RefetchPause", options.RefetchPause, TimeSpan.FromSeconds(1), LongestCache),
        Range("ClientKeys:FetchTimeout", options.FetchTimeout, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(30)),
        .. AllowedPlaces.Faults(RemoteKeyOptions.Section, options.AllowedHosts, options.AllowedNetworks),
    ];
}
