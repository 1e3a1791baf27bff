using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;

namespace OAuthServer.Bench.Api;

/// <summary>The framework's own bearer handler, with keys that are fetched by the clock alone.</summary>
internal static class StockBearer
{
    /// <summary>Adds it, and the service that fetches metadata and keys again and again.</summary>
    public static void AddStockBearer(this IServiceCollection services, string issuer, Uri server, TimeSpan every)
    {
        var keys = new TimedKeys(issuer, server);
        services.AddAuthorization();
        services.AddAuthentication(JwtBearerDefaults.AuthenticationScheme).AddJwtBearer(options =>
        {
            options.Audience = issuer;
            options.ConfigurationManager = keys;

            // The framework would ask once more for a key that it does not know; here that key is a refused token.
            options.RefreshOnIssuerKeyNotFound = false;
        });
        services.AddHostedService(_ => new Renewal(keys, every));
    }

    /// <summary>The metadata and keys of the last renewal.</summary>
    private sealed class TimedKeys(string issuer, Uri server) : IConfigurationManager<OpenIdConnectConfiguration>
    {
        private readonly HttpDocumentRetriever _documents = new(
            new HttpClient(new ProxyInFront(server) { InnerHandler = new HttpClientHandler() }));
        private volatile OpenIdConnectConfiguration? _last;

        public async Task RenewAsync(CancellationToken cancel) =>
            _last = await OpenIdConnectConfigurationRetriever.GetAsync(
                issuer + "/.well-known/oauth-authorization-server", _documents, cancel);

        public Task<OpenIdConnectConfiguration> GetConfigurationAsync(CancellationToken cancel) =>
            Task.FromResult(_last ?? throw new InvalidOperationException("There are no keys yet."));

        public void RequestRefresh()
        {
            // By the clock alone.
        }
    }

    private sealed class Renewal(TimedKeys keys, TimeSpan every) : BackgroundService
    {
        public override async Task StartAsync(CancellationToken cancellationToken)
        {
            await keys.RenewAsync(cancellationToken);
            await base.StartAsync(cancellationToken);
        }

        protected override async Task ExecuteAsync(CancellationToken stoppingToken)
        {
            using var timer = new PeriodicTimer(every);
            while (await timer.WaitForNextTickAsync(stoppingToken)) await keys.RenewAsync(stoppingToken);
        }
    }
}
