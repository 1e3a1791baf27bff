using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace OAuthServer.ServerTests.Hosting.Observability;

/// <summary>A collector on a loopback port that takes OTLP over HTTP and keeps the bytes.</summary>
internal sealed class OtlpReceiver : IAsyncDisposable
{
    private const ConfigureAwaitOptions Quietly = ConfigureAwaitOptions.SuppressThrowing;

    private readonly WebApplication _app;
    private readonly ConcurrentQueue<(string Path, byte[] Body)> _posts = new();

    private OtlpReceiver(bool answers)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _app = builder.Build();
        _app.Run(async context =>
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body);
            _posts.Enqueue((context.Request.Path, body.ToArray()));
            if (!answers) await Task.Delay(Timeout.Infinite, context.RequestAborted).ConfigureAwait(Quietly);
            context.Response.ContentType = "application/x-protobuf";
        });
    }

    /// <summary>Where it listens.</summary>
    public string Address =>
        _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();

    /// <summary>Starts one.</summary>
    /// <param name="answers">False for a collector that takes requests and never answers.</param>
    public static async Task<OtlpReceiver> StartAsync(bool answers = true)
    {
        var receiver = new OtlpReceiver(answers);
        await receiver._app.StartAsync();
        return receiver;
    }

    /// <summary>The bodies that came to a path.</summary>
    public IReadOnlyList<byte[]> Bodies(string path) =>
        [.. _posts.Where(post => post.Path == path).Select(post => post.Body)];

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
