using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using OAuthServer.Testing;

namespace OAuthServer.OperatorTests.Hosting;

/// <summary>An instance that was told to stop leaves when nobody sends it anything any more.</summary>
public sealed class StopTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task An_instance_that_was_told_to_stop_answers_on_and_closes_its_connections_until_its_time_is_over()
    {
        var clock = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        await using var server = await TestServer.StartAsync(new()
        {
            Settings = new Dictionary<string, string?> { ["Shutdown:DrainTime"] = "00:00:05" },
            Services = services => services.AddSingleton<TimeProvider>(clock),
        });
        using (var before = await GetAsync(server, "/health/ready"))
            Assert.Equal((HttpStatusCode.OK, null), (before.StatusCode, before.Headers.ConnectionClose));

        var stopping = server.Services.GetRequiredService<IHost>().StopAsync(TestContext.Current.CancellationToken);

        await Eventually.BecomesTrue(async () =>
        {
            using var ready = await GetAsync(server, "/health/ready");
            return ready.StatusCode == HttpStatusCode.ServiceUnavailable;
        }, Patience, "the instance is not ready");
        clock.Advance(TimeSpan.FromSeconds(4));
        foreach (var path in new[] { "/health/live", "/.well-known/jwks.json", "/oauth/token", "/no-such-page" })
        {
            using var answer = await GetAsync(server, path);
            Assert.NotEqual(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
            Assert.True(answer.Headers.ConnectionClose, path);
        }

        Assert.False(stopping.IsCompleted);
        clock.Advance(TimeSpan.FromSeconds(1));
        await stopping.WaitAsync(Patience, TestContext.Current.CancellationToken);
        await Assert.ThrowsAsync<HttpRequestException>(() => GetAsync(server, "/health/live"));
    }

    [Fact]
    public async Task The_whole_stop_is_bounded_below_the_time_after_which_orchestrators_kill()
    {
        await using var server = await TestServer.StartAsync();
        Assert.Equal(
            TimeSpan.FromSeconds(25),
            server.Services.GetRequiredService<IOptions<HostOptions>>().Value.ShutdownTimeout);
    }

    [Theory]
    [InlineData("Shutdown__DrainTime", "00:00:25", "Shutdown:DrainTime")]
    [InlineData("Shutdown__DrainTime", "-00:00:01", "Shutdown:DrainTime")]
    [InlineData("Shutdown__Timeout", "00:00:00", "Shutdown:Timeout")]
    [InlineData("Shutdown__Timeout", "01:00:00", "Shutdown:Timeout")]
    [InlineData("Shutdown__Drain", "00:00:05", "Shutdown")]
    public void A_wrong_time_is_named(string name, string value, string named)
    {
        var faults = InProcess.Faults(new Dictionary<string, string>
        {
            ["ASPNETCORE_ENVIRONMENT"] = "Production",
            ["ConnectionStrings__OAuthServer"] = "Host=db",
            ["OAuth__Issuer"] = "https://as.example.test",
            ["SigningKeys__Source"] = "File",
            [name] = value,
        });
        Assert.Contains(faults, fault => fault.StartsWith(named, StringComparison.Ordinal));
    }

    private static Task<HttpResponseMessage> GetAsync(TestServer server, string path) =>
        server.Http.GetAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken);
}
