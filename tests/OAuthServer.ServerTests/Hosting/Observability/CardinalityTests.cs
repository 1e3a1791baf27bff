using System.Net.Http.Headers;
using System.Text;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Hosting.Observability;

/// <summary>Whoever floods the server with names of their own makes no series: neither memory nor a bill grows by it.</summary>
public sealed class CardinalityTests
{
    private const string Mark = "stranger";
    private const int RequestsPerRound = 7;

    private static int Rounds => Effort.Rounds(5);

    [Fact]
    public async Task A_flood_of_made_up_names_adds_no_series_after_the_first_of_its_kind()
    {
        await using var server = await TestServer.StartAsync();
        using var metrics = new CollectedMetrics(server);
        await FloodAsync(server, 0);
        await AnsweredAsync(metrics, 1);
        var first = Series(metrics);
        Assert.True(first.Count > 10, $"Only {first.Count} series were seen.");

        for (var round = 1; round < Rounds; round++) await FloodAsync(server, round);

        await AnsweredAsync(metrics, Rounds);
        Assert.Equal([], Series(metrics).Except(first));
        Assert.DoesNotContain(Series(metrics), series => series.Contains(Mark, StringComparison.OrdinalIgnoreCase));
    }

    // The web server writes a request down when it is over, which is after the caller has its answer.
    private static Task AnsweredAsync(CollectedMetrics metrics, int rounds) => Eventually.BecomesTrue(
        () => Task.FromResult(metrics.All.Count(m => m.Instrument == "http.server.request.duration") >= rounds * RequestsPerRound), TimeSpan.FromSeconds(30), "all requests are written down");

    // What tells of requests. The framework's others, of connections and memory, come and go as the machine likes and name no caller.
    private static HashSet<string> Series(CollectedMetrics metrics) =>
        [.. metrics.All.Where(m => m.Instrument.StartsWith("oauth.", StringComparison.Ordinal) || m.Instrument.StartsWith("http.", StringComparison.Ordinal)).Select(m => $"{m.Instrument} {m.Tags}")];

    private static async Task FloodAsync(TestServer server, int round)
    {
        var name = $"{Mark}{round}";
        await server.PostFormAsync("/oauth/token", ("grant_type", "refresh_token"), ("client_id", name), ("client_secret", name), ("refresh_token", name));
        await server.PostFormAsync("/oauth/token", ("grant_type", "refresh_token"), ("client_id", TestData.Web), ("client_secret", TestData.Secret), ("refresh_token", name));
        await server.PostFormAsync("/oauth/token", ("grant_type", name), ("client_id", TestData.Web), ("client_secret", TestData.Secret));
        await server.PostFormAsync("/oauth/revoke", ("token", name), ("client_id", name));
        await server.PostRawAsync($"/{name}/{name}?{name}={name}", name, $"text/{name}");
        using var odd = new HttpRequestMessage(new HttpMethod(name.ToUpperInvariant()), new Uri($"/oauth/token?{name}", UriKind.Relative));
        odd.Headers.TryAddWithoutValidation("User-Agent", name);
        odd.Headers.TryAddWithoutValidation("traceparent", $"00-{Convert.ToHexStringLower(Encoding.ASCII.GetBytes(name.PadRight(16)[..16]))}-00000000000000aa-01");
        odd.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.ASCII.GetBytes($"{name}:{name}")));
        using var answer = await server.Http.SendAsync(odd);
        using var page = await server.Http.GetAsync(new Uri($"/oauth/authorize?client_id={name}&response_type={name}&scope={name}", UriKind.Relative));
    }
}
