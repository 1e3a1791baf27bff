using System.Net;
using OAuthServer.Testing;

namespace OAuthServer.BrowserTests.Proxied;

/// <summary>The instances and the nginx that the tests of this folder share; they run one after the other.</summary>
public sealed class ProxiedStage : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private ProxiedServers? _servers;

    /// <summary>
    /// Longer than an instance that refused is left alone (<c>fail_timeout</c> of docs/nginx.conf), as the file
    /// demands, and than one person takes on a busy machine: a POST at the moment when the drain ends may be lost.
    /// </summary>
    internal static TimeSpan DrainTime { get; } = TimeSpan.FromSeconds(8);

    /// <summary>Both instances are up; a failed test where there is no nginx.</summary>
    internal ProxiedServers Servers
    {
        get
        {
            Assert.True(
                Nginx.Binary is not null,
                "No nginx here, and docs/nginx.conf has to be shown to work. Install it: apt-get install nginx-light");
            return _servers!;
        }
    }

    public async ValueTask InitializeAsync()
    {
        if (Nginx.Binary is not null) _servers = await ProxiedServers.StartAsync(DrainTime);
    }

    public async ValueTask DisposeAsync()
    {
        if (_servers is not null) await _servers.DisposeAsync();
    }

    /// <summary>Tells an instance to stop and waits until it says that it is not ready.</summary>
    internal async Task TellToStopAsync(int which)
    {
        var instance = Servers.Instance(which);
        await instance.SignalAsync("TERM");
        await Eventually.BecomesTrue(async () =>
        {
            try
            {
                using var answer = await instance.Http.GetAsync(new Uri("/health/ready", UriKind.Relative));
                return answer.StatusCode == HttpStatusCode.ServiceUnavailable;
            }
            catch (HttpRequestException)
            {
                // On a slow machine the drain may be over before anyone has asked.
                return true;
            }
        }, Patience, "an instance that was told to stop is not ready");
    }
}

/// <summary>Tests that share the instances and nginx.</summary>
[CollectionDefinition(Name)]
public sealed class BehindNginx : ICollectionFixture<ProxiedStage>
{
    public const string Name = "behind nginx";
}
