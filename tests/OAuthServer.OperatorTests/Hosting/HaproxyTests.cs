using System.Net;
using OAuthServer.Testing;

namespace OAuthServer.OperatorTests.Hosting;

/// <summary>Behind a balancer that follows readiness, as docs/haproxy.cfg sets it up.</summary>
public sealed class HaproxyTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Keys_and_metadata_stay_in_reach_while_the_database_is_away()
    {
        await using var cluster = await SeededCluster.CreateAsync();
        await using var one = await cluster.ServeAsync();
        await using var two = await cluster.ServeAsync();
        await using var haproxy = await Haproxy.StartAsync(one.Address, two.Address);

        await cluster.StopAsync();
        await Eventually.BecomesTrue(
            async () => await haproxy.StatusAsync("/account/sign-in") == HttpStatusCode.ServiceUnavailable, Patience,
            "no instance is asked any more");
        for (var times = 0; times < 10; times++)
        {
            Assert.Equal(HttpStatusCode.OK, await haproxy.StatusAsync("/.well-known/jwks.json"));
            Assert.Equal(HttpStatusCode.OK, await haproxy.StatusAsync("/.well-known/oauth-authorization-server"));
        }

        await cluster.StartAsync();
        await Eventually.BecomesTrue(
            async () => await haproxy.StatusAsync("/account/sign-in") == HttpStatusCode.OK, Patience,
            "both are asked again");
    }

    [Fact]
    public async Task Nobody_outside_sees_the_probes_and_no_query_is_logged()
    {
        await using var cluster = await SeededCluster.CreateAsync();
        await using var server = await cluster.ServeAsync();
        await using var haproxy = await Haproxy.StartAsync(server.Address, server.Address);

        foreach (var probe in (string[])["/health/live", "/health/ready", "/health/documents"])
            Assert.Equal(HttpStatusCode.NotFound, await haproxy.StatusAsync(probe));
        using var answer = await haproxy.Http.GetAsync(
            new Uri(new AuthorizationAsk().With("state", "state-of-mine").Path, UriKind.Relative),
            TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.SeeOther, answer.StatusCode);

        var log = await haproxy.EndAsync();
        Assert.Contains("GET /oauth/authorize 303", log, StringComparison.Ordinal);
        Assert.Contains(answer.Headers.GetValues("X-Correlation-Id").Single(), log, StringComparison.Ordinal);
        Assert.DoesNotContain("state-of-mine", log, StringComparison.Ordinal);
        Assert.DoesNotContain("?", log, StringComparison.Ordinal);
    }
}
