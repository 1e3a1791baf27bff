using System.Net;
using OAuthServer.ServerTests.Fixtures;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Hosting;

/// <summary>A server whose metrics can be scraped.</summary>
public sealed class ScrapedServer : AdminServer
{
    protected override IReadOnlyDictionary<string, string?> Settings =>
        new Dictionary<string, string?> { ["Management:Metrics"] = "true" };
}

/// <summary>Metrics for Prometheus.</summary>
[Collection(Alone.Name)]
public sealed class ManagementMetricsTests(ScrapedServer server) : IClassFixture<ScrapedServer>
{
    private static readonly Uri Metrics = new("/metrics", UriKind.Relative);

    [Fact]
    [Row("OPS-06")]
    public async Task Metrics_are_not_public_and_stay_small()
    {
        Assert.Equal(
            HttpStatusCode.NotFound,
            (await server.Server.Http.GetAsync(Metrics, TestContext.Current.CancellationToken)).StatusCode);

        // Half of them are known.
        var ids = Effort.Rounds(1000);
        await server.Database.ExecuteAsync(
            """
            INSERT INTO oauth_clients (client_id, name, application_type, redirect_uris, allowed_scopes)
            SELECT 'counted-' || n, 'Counted', 'browser', '{https://counted.example/cb}', '{read}'
                FROM generate_series(1, $1) AS n
            """,
            ids / 2);
        await AskAsync(1, 20);
        await AskAsync(ids / 2, (ids / 2) + 20);
        var few = await SeriesAsync();
        await AskAsync(1, ids);
        var many = await SeriesAsync();
        Assert.DoesNotContain(many, line => line.Contains("counted-", StringComparison.Ordinal));
        Assert.Equal(SeriesOf(few), SeriesOf(many));

        // At the end: two servers in one process are one to the listener.
        await using var off = await TestServer.StartAsync(new() { Database = server.Database });
        Assert.Equal(
            HttpStatusCode.NotFound,
            (await off.Http.GetAsync(Metrics, TestContext.Current.CancellationToken)).StatusCode);
    }

    private static IEnumerable<string> SeriesOf(IEnumerable<string> lines) => lines
        .Where(line => line.StartsWith("oauth_", StringComparison.Ordinal)
            || line.StartsWith("http_", StringComparison.Ordinal))
        .Select(line => line[..line.LastIndexOf(' ')].Trim())
        .Where(line => !line.Contains("/metrics", StringComparison.Ordinal))
        .Distinct().Order(StringComparer.Ordinal);

    private async Task<IReadOnlyList<string>> SeriesAsync()
    {
        using var answer = await server.Port.GetAsync(Metrics, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Contains("oauth_server_requests_total{", text, StringComparison.Ordinal);
        return text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(line => line[0] != '#').ToList();
    }

    private Task AskAsync(int from, int to) => Parallel.ForEachAsync(
        Enumerable.Range(from, to - from), new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (n, ct) =>
        {
            var ask = AuthorizationAsk.For($"counted-{n}", "https://counted.example/cb");
            using var answer = await server.Server.Http.GetAsync(new Uri(ask.Path, UriKind.Relative), ct);
            Assert.True((int)answer.StatusCode is 303 or 400, answer.StatusCode.ToString());
        });
}
