using System.Diagnostics;
using OAuthServer.ServerTests.Fixtures;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Clients;

/// <summary>An unknown client and a wrong secret look and feel the same (RFC 6749 §10.10).</summary>
[JudgesDeployment]
[Collection(Alone.Name)]
public sealed class SecretTimingTests(SecretTimingTests.CostlyServer own)
    : IClassFixture<SecretTimingTests.CostlyServer>
{
    [Fact]
    [Row("CAUTH-05")]
    public async Task Many_tries_of_each_get_the_same_answer_in_the_same_time()
    {
        var tries = 10 * Effort.Rounds(3);
        var (known, unknown) = (new List<double>(), new List<double>());
        var answers = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < tries; i++)
        {
            known.Add(await TimeAsync(own.Server, TestData.Web, $"wrong-{i}", answers));
            unknown.Add(await TimeAsync(own.Server, $"never-was-{i % 7}", $"wrong-{i}", answers));
        }

        Assert.Single(answers);
        Assert.InRange(Median(known) / Median(unknown), 0.5, 2.0);
    }

    [Fact]
    [Row("CAUTH-05")]
    public async Task A_client_whose_hash_is_cheaper_than_ours_feels_the_same_too()
    {
        const int tries = 7;
        await using var server = await TestServer.StartAsync(new()
        {
            Database = own.Server.Database,
            FullHashCost = true,
            Settings = new Dictionary<string, string?> { ["ClientSecrets:Cost"] = "12" },
        });
        var (known, unknown) = (new List<double>(), new List<double>());
        var answers = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < tries; i++)
        {
            known.Add(await TimeAsync(server, TestData.Web, $"wrong-{i}", answers));
            unknown.Add(await TimeAsync(server, "never-was", $"wrong-{i}", answers));
        }

        Assert.Single(answers);
        // By its own hash alone it would be a quarter.
        Assert.InRange(Median(known) / Median(unknown), 0.5, 2.0);
    }

    [Theory]
    [Row("CAUTH-05")]
    [InlineData("9", false)]
    [InlineData("15", false)]
    [InlineData("x", false)]
    [InlineData("10", true)]
    [InlineData("14", true)]
    public async Task A_cost_that_the_schema_would_not_take_stops_the_start(string cost, bool starts) =>
        Assert.Equal(starts, await OwnServer.WouldStartAsync($"ClientSecrets:Cost={cost}"));

    private static double Median(List<double> times) => times.Order().ElementAt(times.Count / 2);

    private static async Task<double> TimeAsync(
        TestServer server, string clientId, string secret, HashSet<string> answers)
    {
        var watch = Stopwatch.StartNew();
        var reply = await server.PostFormAsync(
            "/oauth/token",
            ("grant_type", "refresh_token"),
            ("refresh_token", "unknown"),
            ("client_id", clientId),
            ("client_secret", secret));
        var took = watch.Elapsed.TotalMilliseconds;
        answers.Add(
            $"{reply.IsUnauthorized().Status} {reply.ContentType} {reply.Headers.WwwAuthenticate} {reply.Body}");
        return took;
    }

    /// <summary>At the lowest cost that the product takes, 10, which is the cost of the test clients too.</summary>
    public sealed class CostlyServer : OwnServer
    {
        protected override TestServerOptions Options => new() { FullHashCost = true };
    }
}
