using System.Net.Http.Headers;
using System.Text;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Hosting.Observability;

/// <summary>
/// Whoever floods the server with names of their own makes no series: neither memory nor a bill grows by it.
/// </summary>
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
        () => Task.FromResult(
            metrics.All.Count(m => m.Instrument == "http.server.request.duration") >= rounds * RequestsPerRound),
        TimeSpan.FromSeconds(30),
        "all requests are written down");

    // What tells of requests. The framework's others, of connections and memory, come and go as the machine likes
    // and name no caller.
    private static HashSet<string> Series(CollectedMetrics metrics) =>
        [.. metrics.All.Where(m => TellsOfRequests(m.Instrument)).Select(m => $"{m.Instrument} {m.Tags}")];

    private static bool TellsOfRequests(string instrument) =>
        instrument.StartsWith("oauth.", StringComparison.Ordinal)
        || instrument.StartsWith("http.", StringComparison.Ordinal);

    private static async Task FloodAsync(TestServer server, int round)
    {
        var name = $"{Mark}{round}";
        var (refresh, token) = (("grant_type", "refresh_token"), ("refresh_token", name));
        var (client, secret) = (("client_id", TestData.Web), ("client_secret", TestData.Secret));
        await server.PostFormAsync("/oauth/token", refresh, ("client_id", name), ("client_secret", name), token);
        await server.PostFormAsync("/oauth/token", refresh, client, secret, token);
        await server.PostFormAsync("/oauth/token", ("grant_type", name), client, secret);
        await server.PostFormAsync("/oauth/revoke", ("token", name), ("client_id", name));
        await server.PostRawAsync($"/{name}/{name}?{name}={name}", name, $"text/{name}");
        var method = new HttpMethod(name.ToUpperInvariant());
        using var odd = new HttpRequestMessage(method, new Uri($"/oauth/token?{name}", UriKind.Relative));
        odd.Headers.TryAddWithoutValidation("User-Agent", name);
        var trace = Convert.ToHexStringLower(Encoding.ASCII.GetBytes(name.PadRight(16)[..16]));
        odd.Headers.TryAddWithoutValidation("traceparent", $"00-{trace}-00000000000000aa-01");
        var basic = Convert.ToBase64String(Encoding.ASCII.GetBytes($"{name}:{name}"));
        odd.Headers.Authorization = new AuthenticationHeaderValue("Basic", basic);
        using var answer = await server.Http.SendAsync(odd);
        var asked = $"/oauth/authorize?client_id={name}&response_type={name}&scope={name}";
        using var page = await server.Http.GetAsync(new Uri(asked, UriKind.Relative));
    }
}
