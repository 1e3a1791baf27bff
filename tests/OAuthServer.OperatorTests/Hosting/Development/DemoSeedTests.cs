using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Time.Testing;
using Npgsql;
using OAuthServer.Hosting.Development;
using OAuthServer.OperatorTests.Operators.Doctor;
using OAuthServer.Testing;
using Serilog.Core;
using Serilog.Events;

namespace OAuthServer.OperatorTests.Hosting.Development;

/// <summary>The demo's password and secret are published: nobody but this machine is given them.</summary>
public sealed class DemoSeedTests
{
    [Theory]
    [InlineData("http://localhost:5080", true)]
    [InlineData("http://127.0.0.1:5080", true)]
    [InlineData("http://[::1]:5080", true)]
    [InlineData("https://as.example.test", false)]
    [InlineData("https://localhost:5080", false)]
    public async Task Development_seeds_only_what_this_machine_alone_can_reach(string issuer, bool seeded)
    {
        await using var database = await TestDatabase.CreateAsync();
        await using var server = await TestServer.StartAsync(new()
        {
            Database = database,
            Environment = "Development",
            Settings = new Dictionary<string, string?> { ["OAuth:Issuer"] = issuer },
        });

        var rows = await database.CountAsync("oauth_clients") + await database.CountAsync("accounts");
        Assert.Equal(seeded ? 4 : 0, rows);
        var api = await database.ScalarAsync<string>(
            "SELECT resource || ' ' || name FROM oauth_resources WHERE is_default AND scopes ?& '{read,write}'");
        Assert.Equal(seeded ? $"{issuer} Demo API" : null, api);
        var name = await database.ScalarAsync<string>("SELECT name FROM account_profiles");
        Assert.Equal(seeded ? "Alice Example" : null, name);
    }

    [Fact]
    public async Task The_doctor_names_the_demo_that_another_start_left_in_Production()
    {
        await using var database = await TestDatabase.CreateAsync();
        await using (await TestServer.StartAsync(new()
        {
            Database = database,
            Environment = "Development",
            Settings = new Dictionary<string, string?> { ["OAuth:Issuer"] = "http://localhost:5080" },
        }))
        {
            // It has left its seed.
        }

        var found = await DoctorRun.OnAsync(database);
        Assert.Contains("error demo_person", found.Findings);
        Assert.Contains("error client.secret_of_demo", found.Findings);

        await database.ExecuteAsync("UPDATE accounts SET disabled_at = now()");
        await database.ExecuteAsync("UPDATE oauth_clients SET disabled_at = now()");
        var mended = await DoctorRun.OnAsync(database);
        Assert.DoesNotContain("error demo_person", mended.Findings);
        Assert.DoesNotContain("error client.secret_of_demo", mended.Findings);
    }

    /// <summary>What is done to the seed of a Development start, and which of the two events then follow.</summary>
    [Theory]
    [InlineData("SELECT 1", 7011, 7012)]
    [InlineData("UPDATE accounts SET disabled_at = now()", 7012)]
    [InlineData(
        "UPDATE accounts SET password_hash = '$2a$04$demoOnlyDemoOnlyDemo1OqeGu0q5jeHWDZngpOzBks6xXfOPTAm2'", 7012)]
    [InlineData("UPDATE accounts SET password_hash = NULL", 7012)]
    [InlineData("UPDATE oauth_clients SET disabled_at = now()", 7011)]
    [InlineData(
        "UPDATE oauth_clients SET client_secret_expires_at = now() - interval '1 second' "
            + "WHERE client_secret IS NOT NULL",
        7011)]
    [InlineData("DELETE FROM oauth_clients", 7011)]
    [InlineData("DELETE FROM accounts; DELETE FROM oauth_clients")]
    public async Task A_start_in_Production_warns_of_what_works(string sql, params int[] events)
    {
        await using var database = await SeededAsync();
        await database.ExecuteAsync(sql);

        Assert.Equal(events, await EventsAsync(database));
    }

    [Theory]
    [InlineData("client_secret")]
    [InlineData("next_client_secret")]
    public async Task The_secret_of_the_examples_is_known_at_any_client(string column)
    {
        await using var database = await TestDatabase.CreateAsync();
        await database.ExecuteAsync(
            """
            INSERT INTO oauth_clients (client_id, client_secret, next_client_secret, name, redirect_uris,
                allowed_scopes)
            VALUES ('acme', $1, $1, 'Acme', '{https://acme.example/cb}', '{read}')
            """,
            BCrypt.Net.BCrypt.HashPassword("a-secret-of-its-own-that-nobody-knows", 10));
        await database.ExecuteAsync($"UPDATE oauth_clients SET {column} = $1", DemoSecret.Example);
        var log = new StartLog();

        Assert.Equal([7012], await EventsAsync(database, log));
        Assert.Contains("acme", log.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_role_that_may_only_serve_is_warned_too()
    {
        await using var database = await SeededAsync();
        var role = $"served_{Environment.ProcessId}";
        await database.ExecuteAsync($"CREATE ROLE {role}");
        await database.ExecuteAsync($"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}");
        await database.ExecuteAsync($"REVOKE INSERT, UPDATE, DELETE ON oauth_clients, schema_versions FROM {role}");
        try
        {
            var served = new NpgsqlConnectionStringBuilder(database.ConnectionString) { Options = $"-c role={role}" };
            var settings = new Dictionary<string, string?>
            {
                ["ConnectionStrings:OAuthServer"] = served.ConnectionString,
            };
            Assert.Equal([7011, 7012], await EventsAsync(database, settings: settings));
        }
        finally
        {
            await database.ExecuteAsync($"DROP OWNED BY {role}; DROP ROLE {role}");
        }
    }

    [Fact]
    public async Task A_database_that_cannot_be_asked_holds_nobody_up_and_is_asked_again()
    {
        await using var database = await SeededAsync();
        await database.ExecuteAsync("ALTER TABLE oauth_clients RENAME TO away");
        var log = new StartLog();
        var clock = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        await using var server = await StartAsync(
            database, log, services => services.AddSingleton<TimeProvider>(clock));
        var warning = Warning(server);
        Assert.False(warning.ExecuteTask!.IsCompleted);

        await database.ExecuteAsync("ALTER TABLE away RENAME TO oauth_clients");
        await Eventually.BecomesTrue(
            () =>
            {
                clock.Advance(DemoWarning.Pause);
                return Task.FromResult(warning.ExecuteTask.IsCompleted);
            },
            TimeSpan.FromSeconds(20), "it has looked again");

        Assert.Equal([7011, 7012], log.Events);
    }

    private static async Task<TestDatabase> SeededAsync()
    {
        var database = await TestDatabase.CreateAsync();
        await using (await TestServer.StartAsync(new()
        {
            Database = database,
            Environment = "Development",
            Settings = new Dictionary<string, string?> { ["OAuth:Issuer"] = "http://localhost:5080" },
        }))
        {
            return database;
        }
    }

    private static DemoWarning Warning(TestServer server) =>
        server.Services.GetServices<IHostedService>().OfType<DemoWarning>().Single();

    private static Task<TestServer> StartAsync(
        TestDatabase database,
        StartLog log,
        Action<IServiceCollection>? more = null,
        Dictionary<string, string?>? settings = null) =>
        TestServer.StartAsync(new()
        {
            Database = database,
            Settings = settings ?? [],
            Services = services =>
            {
                services.AddSingleton<ILogEventSink>(log);
                more?.Invoke(services);
            },
        });

    private static async Task<IReadOnlyList<int>> EventsAsync(
        TestDatabase database, StartLog? log = null, Dictionary<string, string?>? settings = null)
    {
        log ??= new StartLog();
        await using var server = await StartAsync(database, log, settings: settings);
        await Warning(server).ExecuteTask!;
        return log.Events;
    }

    /// <summary>The two events of the demo.</summary>
    private sealed class StartLog : ILogEventSink
    {
        private readonly ConcurrentQueue<(int Id, string Text)> _events = new();

        public IReadOnlyList<int> Events => [.. _events.Select(one => one.Id).Order()];

        public string Text => string.Join('\n', _events.Select(one => one.Text));

        public void Emit(LogEvent logEvent)
        {
            if (logEvent.Properties.GetValueOrDefault("EventId") is not StructureValue id) return;
            var number = id.Properties.SingleOrDefault(property => property.Name == "Id")?.Value;
            if (number is ScalarValue { Value: int and (7011 or 7012) and var known })
                _events.Enqueue((known, logEvent.RenderMessage(CultureInfo.InvariantCulture)));
        }
    }
}
