using OAuthServer.Settings;

namespace OAuthServer.Clients;

/// <summary>Section <c>Clients</c>: how registered clients are kept in memory.</summary>
internal sealed class ClientCacheOptions
{
    /// <summary>
    /// How long a client is believed without asking the database, should a notification of its change be lost.
    /// </summary>
    public TimeSpan CacheLifetime { get; set; } = TimeSpan.FromSeconds(30);
}

/// <summary>
/// What an operator may write in section <c>Clients</c>: at least a second, so that a warm request asks nothing.
/// </summary>
internal sealed class ClientCacheOptionsValidator : OptionsValidator<ClientCacheOptions>
{
    protected override IEnumerable<string?> Faults(ClientCacheOptions options) =>
        [Range("Clients:CacheLifetime", options.CacheLifetime, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(5))];
}
