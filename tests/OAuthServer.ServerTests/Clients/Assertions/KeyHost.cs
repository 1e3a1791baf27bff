using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Http;
using Microsoft.Extensions.Logging;
using OAuthServer.Clients.RemoteKeys;

namespace OAuthServer.ServerTests.Clients.Assertions;

/// <summary>
/// The https server of an app that publishes its keys, on loopback. It counts connections and requests, path by path.
/// </summary>
internal sealed class KeyHost : IAsyncDisposable
{
    private readonly X509Certificate2 _certificate = Certificate();
    private readonly ConcurrentDictionary<string, RequestDelegate> _answers = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, int> _requests = new(StringComparer.Ordinal);
    private readonly WebApplication _app;
    private int _connections;

    private KeyHost()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Listen(IPAddress.Loopback, 0, listen =>
            {
                Count(listen);
                listen.UseHttps(new HttpsConnectionAdapterOptions { ServerCertificate = _certificate });
            });
            kestrel.Listen(IPAddress.Loopback, 0, Count);
        });
        builder.WebHost.UseKestrelHttpsConfiguration();
        _app = builder.Build();
        _app.Run(http =>
        {
            _requests.AddOrUpdate(http.Request.Path, 1, (_, count) => count + 1);
            if (_answers.TryGetValue(http.Request.Path, out var answer)) return answer(http);
            http.Response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        });
    }

    /// <summary>Connections that were opened, whatever came over them.</summary>
    public int Connections => Volatile.Read(ref _connections);

    public static async Task<KeyHost> StartAsync()
    {
        var host = new KeyHost();
        await host._app.StartAsync();
        return host;
    }

    public string Https(string path, string host = "localhost") => $"https://{host}:{Port(0)}{path}";

    public string Http(string path) => $"http://localhost:{Port(1)}{path}";

    /// <summary>How often a path was asked for.</summary>
    public int Requests(string path) => _requests.GetValueOrDefault(path);

    /// <summary>Publishes a key set.</summary>
    public void Publish(string path, string json) =>
        Answer(path, http => http.Response.WriteAsync(json, http.RequestAborted));

    public void Answer(string path, RequestDelegate answer) => _answers[path] = answer;

    /// <summary>Takes the address away: the connection is closed without an answer.</summary>
    public void Break(string path) => Answer(path, http =>
    {
        http.Abort();
        return Task.CompletedTask;
    });

    /// <summary>Lets a server under test trust the certificate of this host alone; all its other rules stay.</summary>
    public void TrustedBy(IServiceCollection services) => TrustedBy(services, KeySetFetcher.HttpClientName);

    /// <summary>The same for the calls of one client alone.</summary>
    public void TrustedBy(IServiceCollection services, string httpClient) =>
        services.Configure<HttpClientFactoryOptions>(
            httpClient,
            options => options.HttpMessageHandlerBuilderActions.Add(builder =>
                ((SocketsHttpHandler)builder.PrimaryHandler).SslOptions.RemoteCertificateValidationCallback =
                    (_, certificate, _, _) => certificate?.GetCertHashString() == _certificate.GetCertHashString()));

    /// <summary>The same for one handler.</summary>
    public SocketsHttpHandler TrustedBy(SocketsHttpHandler handler)
    {
        handler.SslOptions.RemoteCertificateValidationCallback = (_, certificate, _, _) =>
            certificate?.GetCertHashString() == _certificate.GetCertHashString();
        return handler;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _certificate.Dispose();
    }

    private int Port(int index) =>
        new Uri(_app.Services.GetRequiredService<Microsoft.AspNetCore.Hosting.Server.IServer>()
            .Features.Get<IServerAddressesFeature>()!.Addresses.ElementAt(index)).Port;

    private void Count(ListenOptions listen) => listen.Use(next => connection =>
    {
        Interlocked.Increment(ref _connections);
        return next(connection);
    });

    private static X509Certificate2 Certificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var now = TimeProvider.System.GetUtcNow();
        return request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
    }
}
