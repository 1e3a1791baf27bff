using System.Net;
using OAuthServer.ServerTests.Fixtures;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Endpoints;

/// <summary>Oversized input leaves nothing behind (RFC 6749 §10.14).</summary>
[JudgesDeployment]
[Collection(Alone.Name)]
public sealed class MemoryTests(OwnServer own) : IClassFixture<OwnServer>
{
    private static readonly string[] Paths =
    [
        "/oauth/token", "/oauth/refresh", "/oauth/revoke", "/oauth/authorize", "/account/sign-in",
    ];

    // Every body is new, so that whatever keeps one keeps them all; a third of what was sent would be kept for sure
    // then. The warm-up fills the pools of the web server, whose size is bounded by what is in flight.
    [Theory]
    [Row("GEN-09")]
    [InlineData("a parameter of 20 KB", 300)]
    [InlineData("a body over 64 KB", 300)]
    [InlineData("a body of 1 MB", 200)]
    [InlineData("5,000 keys", 300)]
    public async Task Memory_stays_flat_under(string what, int requests)
    {
        Deployment.NeedsOwnServer("a look at the server's memory");
        for (var i = 0; i < requests / 2; i++) await RefusedAsync(what, i);
        var before = HeapAfterCollection();
        var sent = 0L;
        for (var i = 0; i < requests; i++) sent += await RefusedAsync(what, requests + i);

        Assert.InRange(HeapAfterCollection() - before, long.MinValue, sent / 3);
    }

    private async Task<int> RefusedAsync(string what, int number)
    {
        var body = what switch
        {
            "a parameter of 20 KB" => $"client_id=demo-spa&redirect_uri={number}{new string('a', 20 * 1024)}",
            "a body over 64 KB" => $"foo={number}{new string('a', 65 * 1024)}",
            "a body of 1 MB" => $"foo={number}{new string('a', 1000 * 1024)}",
            _ => string.Join('&', Enumerable.Range(0, 5000).Select(key => $"k{number}x{key}=1")),
        };
        var reply = await own.Server.PostRawAsync(Paths[number % Paths.Length], body);
        Assert.Contains(reply.Status, new[] { HttpStatusCode.BadRequest, HttpStatusCode.RequestEntityTooLarge });
        return body.Length;
    }

    private static long HeapAfterCollection()
    {
        for (var i = 0; i < 3; i++)
        {
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: true, compacting: true);
            GC.WaitForPendingFinalizers();
        }

        return GC.GetTotalMemory(forceFullCollection: true);
    }
}
