using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using OAuthServer.Hosting.Development;
using OAuthServer.LocalPostgres;
using OAuthServer.Testing;

namespace OAuthServer.OperatorTests.Hosting.Development;

/// <summary>
/// The built host as a person starts it for the first time: Development, nothing configured, a PostgreSQL on the
/// machine.
/// </summary>
public sealed class DevelopmentHostTests(ContentRoot root) : IClassFixture<ContentRoot>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    // The host is to be ready within 5 s; a busy machine gets more.
    private static readonly TimeSpan QuickEnough = TimeSpan.FromSeconds(20);

    // A busy machine may also take longer than the usual half minute to start again after a crash.
    private static readonly Dictionary<string, string> Patient = new() { ["OAuth__RefreshRetryWindow"] = "00:05:00" };

    [Fact]
    public async Task Started_with_nothing_configured_it_serves_stops_cleanly_and_keeps_its_data()
    {
        string token;
        await using (var first = await HostProcess.StartAsync(root))
        {
            await AssertBannerAsync(first);
            using var metadata = JsonDocument.Parse(
                await first.Http.GetStringAsync(
                    new Uri("/.well-known/oauth-authorization-server", UriKind.Relative),
                    TestContext.Current.CancellationToken));
            Assert.Equal("http://localhost:5080", metadata.RootElement.GetProperty("issuer").GetString());

            var app = new DemoApp(first.Http);
            token = await app.SignInAndGetRefreshTokenAsync(
                "demo-web", DemoSeed.WebSecret, "http://localhost:5090/callback");
            Assert.NotEmpty(
                await app.SignInAndGetRefreshTokenAsync("demo-spa", null, "http://localhost:5091/callback"));
            Assert.NotEmpty(
                await app.SignInAndGetRefreshTokenAsync("demo-native", null, "http://127.0.0.1:50123/callback"));
            await AssertStopsAsync(first, "TERM");
        }

        await using var second = await HostProcess.StartAsync(root);
        Assert.InRange(second.ReadyAfter, TimeSpan.Zero, QuickEnough);
        Assert.NotNull(await DemoApp.RefreshAsync(second.Http, token));
        await AssertStopsAsync(second, "INT");
    }

    [Theory]
    [InlineData("http://127.0.0.1:{0}")]
    [InlineData("http://127.0.0.1:{0}/tenant")]
    public async Task Without_a_word_about_ports_it_listens_where_it_says_and_its_database_can_be_opened(string issuer)
    {
        issuer = string.Format(CultureInfo.InvariantCulture, issuer, ClusterPort.Free());
        await using var host = await HostProcess.StartAsync(root, new() { ["OAuth__Issuer"] = issuer }, port: null);
        await Eventually.BecomesTrue(
            () => Task.FromResult(host.Output.Contains("  database ", StringComparison.Ordinal)),
            Patience,
            "the banner is printed");
        var lines = host.Output.Split('\n');
        Assert.DoesNotContain("which is not its issuer", host.Output, StringComparison.Ordinal);

        var address = Value(lines, "try")["curl ".Length..];
        using var metadata = JsonDocument.Parse(await host.Http.GetStringAsync(new Uri(address), Ct));
        Assert.Equal(issuer, metadata.RootElement.GetProperty("issuer").GetString());

        var psql = Value(lines, "database");
        var password = File.ReadAllText(Path.Combine(root.Path, ".data", "postgres", "password"));
        Assert.DoesNotContain(password, host.Output, StringComparison.Ordinal);
        var asked = $"{psql} -w -At -c 'select client_id from oauth_clients order by 1'";
        using var shell = Process.Start(new ProcessStartInfo("sh", ["-c", asked]) { RedirectStandardOutput = true })!;
        Assert.Equal("demo-native\ndemo-spa\ndemo-web\n", await shell.StandardOutput.ReadToEndAsync(Ct));

        // What a terminal sends when its window is closed.
        Assert.NotEqual(0, await host.EndAsync("HUP"));
    }

    [Fact]
    public async Task Killed_under_load_it_starts_again_and_no_token_that_was_received_is_lost()
    {
        IReadOnlyCollection<string> received;
        int postmaster;
        await using (var first = await HostProcess.StartAsync(root, Patient))
        {
            postmaster = Assert.NotNull(root.Postmaster());
            received = await KillUnderLoadAsync(first);
        }

        // The database outlived its host, and the next host takes it over.
        await using (var second = await HostProcess.StartAsync(root, Patient))
        {
            Assert.Equal(postmaster, root.Postmaster());
            await AssertAliveAsync(second, received);
            received = await KillUnderLoadAsync(second);
        }

        await KillAsync(postmaster);
        await using var third = await HostProcess.StartAsync(root, Patient);
        Assert.NotEqual(postmaster, root.Postmaster());
        await AssertAliveAsync(third, received);
        await AssertStopsAsync(third, "TERM");
    }

    [Fact]
    public async Task Without_any_PostgreSQL_it_ends_and_says_what_to_install()
    {
        var ended = await HostProcess.RunAsync(root, new()
        {
            ["ASPNETCORE_ENVIRONMENT"] = "Development",
            ["PATH"] = "",
            [PostgresBinaries.FoldersVariable] = "/nowhere",
        });

        Assert.Equal(3, ended.ExitCode);
        Assert.Equal(PostgresBinaries.InstallAdvice, ended.Error.TrimEnd());
        Assert.Empty(ended.Output);
    }

    private static string Value(string[] lines, string name) =>
        Assert.Single(lines, line => line.StartsWith($"  {name} ", StringComparison.Ordinal))[(name.Length + 2)..]
            .Trim();

    private static async Task AssertBannerAsync(HostProcess host)
    {
        await Eventually.BecomesTrue(
            () => Task.FromResult(
                host.Output.Contains("/.well-known/oauth-authorization-server", StringComparison.Ordinal)),
            Patience,
            "the banner is printed");
        foreach (var part in new[]
        {
            "http://localhost:5080",
            DemoSeed.Email,
            DemoSeed.Password,
            DemoSeed.WebSecret,
            "demo-web",
            "demo-spa",
            "demo-native",
        })
        {
            Assert.Contains(part, host.Output, StringComparison.Ordinal);
        }
    }

    private async Task AssertStopsAsync(HostProcess host, string signal)
    {
        var postmaster = Assert.NotNull(root.Postmaster());
        Assert.Equal(0, await host.EndAsync(signal));
        Assert.False(HostProcess.IsRunning(postmaster));
        Assert.Null(root.Postmaster());
        Assert.DoesNotContain(" ERR ", host.Output, StringComparison.Ordinal);
    }

    // Four families refresh as fast as they can when the host is killed; the answer is the last token that each
    // received.
    private static async Task<IReadOnlyCollection<string>> KillUnderLoadAsync(HostProcess host)
    {
        var received = new ConcurrentDictionary<int, string>();
        var app = new DemoApp(host.Http);
        for (var family = 0; family < 4; family++)
            received[family] = await app.SignInAndGetRefreshTokenAsync(
                "demo-web", DemoSeed.WebSecret, "http://localhost:5090/callback");
        var refreshes = 0;
        var load = Enumerable.Range(0, 4).Select(family => Task.Run(async () =>
        {
            for (var turn = 0; turn < 2000 && await TryRefreshAsync(host, received[family]) is { } successor; turn++)
            {
                received[family] = successor;
                Interlocked.Increment(ref refreshes);
            }
        })).ToArray();
        await Eventually.BecomesTrue(
            () => Task.FromResult(Volatile.Read(ref refreshes) >= 40), Patience, "the load runs");
        Assert.NotEqual(0, await host.EndAsync("KILL"));
        await Task.WhenAll(load);
        return [.. received.Values];
    }

    private static async Task AssertAliveAsync(HostProcess host, IReadOnlyCollection<string> received)
    {
        foreach (var token in received)
        {
            var successor = await DemoApp.RefreshAsync(host.Http, token);
            Assert.NotNull(successor);
            Assert.NotNull(await DemoApp.RefreshAsync(host.Http, successor));
        }
    }

    // Null when the host is gone.
    private static async Task<string?> TryRefreshAsync(HostProcess host, string token)
    {
        try
        {
            return await DemoApp.RefreshAsync(host.Http, token);
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }

    private static async Task KillAsync(int postmaster)
    {
        using var process = Process.GetProcessById(postmaster);
        process.Kill(entireProcessTree: true);
        await Eventually.BecomesTrue(
            () => Task.FromResult(!HostProcess.IsRunning(postmaster)), Patience, "PostgreSQL is gone");
    }
}
