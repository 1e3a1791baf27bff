using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using OAuthServer.Hosting;
using OAuthServer.Storage.Schema;
using OAuthServer.Testing;
using Serilog.Core;
using Serilog.Events;

namespace OAuthServer.ServerTests.Hosting;

/// <summary>The line that says what started, and the one warning about requests that come as plain http.</summary>
public sealed class StartupLineTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task One_line_says_what_started()
    {
        var log = new Log();
        await using var server = await StartAsync(log);

        var line = await log.StartedAsync();
        string[] parts =
        [
            TestServer.Issuer, server.Address.ToString().TrimEnd('/'), "127.0.0.1",
            MigrationScript.Embedded()[^1].Name, "(0 days old)", "Production", ServerVersion.Text,
        ];
        foreach (var part in parts) Assert.Contains(part, line, StringComparison.Ordinal);
        Assert.Single(log.Lines, IsStart);
    }

    [Fact]
    public async Task An_old_schema_is_said_with_the_command_to_run()
    {
        await using var database = await TestDatabase.CreateAsync();
        await database.ExecuteAsync("DELETE FROM schema_versions WHERE script_name LIKE '001%'");
        var log = new Log();

        await using var app = await StartAloneAsync(
            log, new() { ["ConnectionStrings:OAuthServer"] = database.ConnectionString });

        Assert.Contains("too old: run OAuthServer migrate", await log.StartedAsync(), StringComparison.Ordinal);
        await app.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Without_database_and_key_store_the_line_is_written_all_the_same_and_says_so()
    {
        var log = new Log();

        await using var app = await StartAloneAsync(log, new()
        {
            ["ConnectionStrings:OAuthServer"] =
                "Host=127.0.0.1;Port=1;Username=u;Password=demo-password-never-printed;Timeout=2",
            ["SigningKeys:Directory"] = Path.Combine(AppContext.BaseDirectory, "OAuthServer.dll"),
        });

        var line = await log.StartedAsync();
        Assert.Contains(
            "schema \"unknown: Failed to connect to 127.0.0.1:1 (Connection refused). Nothing listens there",
            line,
            StringComparison.Ordinal);
        Assert.Contains("psql", line, StringComparison.Ordinal);
        Assert.Contains("signing key \"none yet: ", line, StringComparison.Ordinal);
        Assert.DoesNotContain("never-printed", line, StringComparison.Ordinal);
        await app.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task The_first_request_as_plain_http_is_warned_of_and_no_other()
    {
        var log = new Log();
        await using var server = await StartAsync(log);
        using var direct = server.CreateDirectClient();

        for (var i = 0; i < 3; i++)
            Assert.Equal(HttpStatusCode.BadRequest, await StatusAsync(direct, "/oauth/authorize"));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(direct, "/health/live"));

        var warning = Assert.Single(log.Lines, IsWarning);
        Assert.Contains("sent no X-Forwarded-Proto", warning, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_proxy_that_is_not_trusted_is_named_in_the_warning()
    {
        var log = new Log();
        await using var server = await StartAsync(log, new() { ["ForwardedHeaders:KnownProxies:0"] = "10.0.0.7" });
        using var direct = server.CreateDirectClient();
        direct.DefaultRequestHeaders.Add("X-Forwarded-Proto", "https");

        Assert.Equal(HttpStatusCode.BadRequest, await StatusAsync(direct, "/oauth/authorize?state=never-printed"));

        var warning = Assert.Single(log.Lines, IsWarning);
        Assert.Contains("127.0.0.1", warning, StringComparison.Ordinal);
        Assert.Contains("is no trusted proxy", warning, StringComparison.Ordinal);
        Assert.DoesNotContain("never-printed", warning, StringComparison.Ordinal);
    }

    private static bool IsStart(string line) => line.Contains("listens on", StringComparison.Ordinal);

    private static bool IsWarning(string line) => line.Contains("A request came as http", StringComparison.Ordinal);

    private static async Task<HttpStatusCode> StatusAsync(HttpClient client, string path)
    {
        var address = new Uri(path, UriKind.Relative);
        using var answer = await client.GetAsync(address, TestContext.Current.CancellationToken);
        return answer.StatusCode;
    }

    private static Task<TestServer> StartAsync(Log log, Dictionary<string, string?>? settings = null)
    {
        var all = new Dictionary<string, string?>(settings ?? []) { ["Serilog:MinimumLevel:Default"] = "Information" };
        return TestServer.StartAsync(
            new() { Settings = all, Services = services => services.AddSingleton<ILogEventSink>(log) });
    }

    // A host that does not become ready.
    private static async Task<WebApplication> StartAloneAsync(Log log, Dictionary<string, string?> settings)
    {
        string[] arguments = ["--environment=Production", $"--contentRoot={AppContext.BaseDirectory}"];
        var keys = KeyFolder.Create();
        var app = ServerHost.Build(arguments, builder =>
        {
            builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
            {
                ["urls"] = "http://127.0.0.1:0",
                ["OAuth:Issuer"] = TestServer.Issuer,
                ["SigningKeys:Source"] = "File",
                ["SigningKeys:Directory"] = keys,
                ["Serilog:MinimumLevel:Default"] = "Information",
            });
            builder.Configuration.AddInMemoryCollection(settings);
            builder.Services.AddSingleton<ILogEventSink>(log);
        });
        Assert.NotNull(app);
        await app.StartAsync(TestContext.Current.CancellationToken);
        return app;
    }

    private sealed class Log : ILogEventSink
    {
        private readonly ConcurrentQueue<string> _lines = new();

        public IReadOnlyCollection<string> Lines => _lines;

        public void Emit(LogEvent logEvent) => _lines.Enqueue(logEvent.RenderMessage(null));

        public async Task<string> StartedAsync()
        {
            await Eventually.BecomesTrue(() => Task.FromResult(Lines.Any(IsStart)), Patience, "the line is written");
            return Lines.First(IsStart);
        }
    }
}
