using System.Collections.Concurrent;
using System.Net;
using Microsoft.Extensions.DependencyInjection;
using OAuthServer.Storage.Schema;
using OAuthServer.Testing;
using Serilog.Core;
using Serilog.Events;

namespace OAuthServer.OperatorTests.Storage.Schema;

/// <summary>Which schemas a host serves on: its own and newer ones.</summary>
public sealed class SchemaReadinessTests
{
    [Fact]
    public async Task On_an_old_schema_a_host_is_alive_and_not_ready_and_logs_the_command_until_it_was_run()
    {
        await using var database = await TestDatabase.CreateEmptyAsync();
        var scripts = MigrationScript.Embedded();
        await new Migrator(database.Contexts, new RecordedLog(), [.. scripts.Take(scripts.Count - 1)])
            .RunAsync(TestContext.Current.CancellationToken);
        var log = new LogLines();
        await using var server = await TestServer.StartAsync(new()
        {
            Database = database,
            AwaitReady = false,
            Services = services => services.AddSingleton<ILogEventSink>(log),
        });

        Assert.Equal(HttpStatusCode.OK, await StatusAsync(server, "/health/live"));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await StatusAsync(server, "/health/ready"));
        Assert.Contains(
            log.Lines,
            line => line.Contains("run `OAuthServer migrate`", StringComparison.Ordinal)
                && line.Contains(scripts[^1].Name, StringComparison.Ordinal));

        await TestDatabase.MigrateAsync(database.ConnectionString);
        await Eventually.BecomesTrue(
            async () => await StatusAsync(server, "/health/ready") == HttpStatusCode.OK,
            TimeSpan.FromSeconds(20),
            "the host is ready");
    }

    [Fact]
    public async Task On_a_newer_schema_a_host_is_ready_and_serves()
    {
        await using var database = await TestData.CreateDatabaseAsync();
        MigrationScript newer = new(
            "999_of_the_next_version.sql",
            "ALTER TABLE oauth_refresh_tokens ADD COLUMN note text; "
                + "ALTER TABLE oauth_clients ADD COLUMN remark text NOT NULL DEFAULT ''; CREATE TABLE oauth_things (id "
                + "uuid PRIMARY KEY);");
        Assert.True(
            (await new Migrator(database.Contexts, new RecordedLog(), [.. MigrationScript.Embedded(), newer])
                .RunAsync(TestContext.Current.CancellationToken)).Ok);

        await using var server = await TestServer.StartAsync(new() { Database = database });
        var tokens = await server.TokensAsync();
        var refreshed = await server.RefreshAsync(tokens.RefreshToken);
        Assert.Equal(HttpStatusCode.OK, refreshed.Status);
        Assert.Equal(HttpStatusCode.OK, (await server.RevokeAsync(refreshed.RefreshToken)).Status);
    }

    private static async Task<HttpStatusCode> StatusAsync(TestServer server, string path)
    {
        using var answer = await server.Http.GetAsync(new Uri(path, UriKind.Relative));
        return answer.StatusCode;
    }

    private sealed class LogLines : ILogEventSink
    {
        public ConcurrentQueue<string> Lines { get; } = new();

        public void Emit(LogEvent logEvent) => Lines.Enqueue(logEvent.RenderMessage(null));
    }
}
