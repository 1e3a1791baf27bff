using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Time.Testing;
using OAuthServer.Clients;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Clients;

/// <summary>
/// When a secret was used last: noted behind the requests' backs, for each of a client's secrets, and in nobody's way.
/// </summary>
public sealed class SecretUseTests
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task A_use_is_written_a_minute_later_and_touches_no_client_row()
    {
        var clock = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var server = await TestServer.StartAsync(new()
        {
            Services = services => services.AddSingleton<TimeProvider>(clock),
        });
        var version = await server.Database.ScalarAsync<string>(
            "SELECT xmin::text FROM oauth_clients WHERE client_id = $1", TestData.Web);
        await AuthenticateAsync(server, TestData.Secret);
        Assert.Equal(0, await CountAsync(server.Database));

        await Eventually.BecomesTrue(async () =>
        {
            clock.Advance(TimeSpan.FromSeconds(10));
            return await CountAsync(server.Database) == 1;
        }, Bound, "the use is written");

        var shown = (await new ClientsRunner(server.Database).RunAsync("show", TestData.Web, "--json")).Json;
        Assert.NotNull(shown.GetProperty("secrets")[0].GetProperty("last_used_at").GetString());
        Assert.Equal(version, await server.Database.ScalarAsync<string>(
            "SELECT xmin::text FROM oauth_clients WHERE client_id = $1", TestData.Web));
    }

    [Fact]
    public async Task A_row_changes_at_most_once_a_minute_whatever_the_number_of_instances()
    {
        await using var server = await TestServer.StartAsync();
        await UseAsync(server, TestData.Secret);
        var first = await VersionAsync(server.Database);
        Assert.NotNull(first);

        await UseAsync(server, TestData.Secret);
        Assert.Equal(first, await VersionAsync(server.Database));

        await server.Database.ExecuteAsync(
            "UPDATE oauth_client_secret_uses SET last_used_at = last_used_at - interval '1 minute', first_used_at = "
                + "first_used_at - interval '1 minute'");
        first = await VersionAsync(server.Database);
        await UseAsync(server, TestData.Secret);
        Assert.NotEqual(first, await VersionAsync(server.Database));
        Assert.True(await server.Database.ScalarAsync<bool>(
            "SELECT last_used_at >= first_used_at + interval '1 minute' FROM oauth_client_secret_uses"));
    }

    [Fact]
    public async Task Each_secret_has_its_own_time_and_a_secret_that_is_gone_is_forgotten()
    {
        await using var server = await TestServer.StartAsync();
        await UseAsync(server, TestData.Secret);
        var made = (await new ClientsRunner(server.Database)
            .RunAsync("rotate-secret", TestData.Web, "--json")).Json.GetProperty("client_secret").GetString()!;
        await Eventually.BecomesTrue(
            async () => await AuthenticateAsync(server, made) == "invalid_grant", Bound, "the new secret is live");
        await WriterOf(server).WriteAsync(TestContext.Current.CancellationToken);

        Assert.Equal(2, await CountAsync(server.Database));
        Assert.All(await SecretsAsync(server.Database), secret =>
            Assert.NotEqual(System.Text.Json.JsonValueKind.Null, secret.GetProperty("last_used_at").ValueKind));

        await server.Database.ExecuteAsync(
            "UPDATE oauth_clients SET next_client_secret = NULL WHERE client_id = $1", TestData.Web);
        await UseAsync(server, made);
        Assert.Equal(1, await CountAsync(server.Database));
    }

    [Fact]
    public async Task A_wrong_secret_is_no_use_and_without_a_use_nothing_is_asked_of_the_database()
    {
        await using var server = await TestServer.StartAsync();
        Assert.Equal("invalid_client", await AuthenticateAsync(server, "not-the-demo-secret"));
        await server.Database.ExecuteAsync("DROP TABLE oauth_client_secret_uses");

        await WriterOf(server).WriteAsync(TestContext.Current.CancellationToken);

        Assert.Empty(server.Services.GetRequiredService<SecretUses>().Take());
    }

    [Fact]
    public async Task An_operator_who_holds_the_client_s_row_is_not_waited_for()
    {
        await using var server = await TestServer.StartAsync();
        await AuthenticateAsync(server, TestData.Secret);
        await using var connection = await server.Database.DataSource.OpenConnectionAsync(
            TestContext.Current.CancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(TestContext.Current.CancellationToken);
        await using (var hold = connection.CreateCommand())
        {
            hold.CommandText = "UPDATE oauth_clients SET name = 'held'";
            await hold.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }

        await WriterOf(server).WriteAsync(TestContext.Current.CancellationToken)
            .WaitAsync(Bound, TestContext.Current.CancellationToken);

        Assert.Equal(1, await CountAsync(server.Database));
    }

    [Fact]
    public async Task What_was_used_in_the_last_minute_is_written_when_the_server_stops()
    {
        await using var database = await TestData.CreateDatabaseAsync(fullHashCost: true);
        await using (var server = await TestServer.StartAsync(new() { Database = database }))
            await AuthenticateAsync(server, TestData.Secret);

        Assert.Equal(1, await CountAsync(database));
    }

    private static SecretUseWriter WriterOf(TestServer server) =>
        server.Services.GetServices<IHostedService>().OfType<SecretUseWriter>().Single();

    private static async Task UseAsync(TestServer server, string secret)
    {
        Assert.Equal("invalid_grant", await AuthenticateAsync(server, secret));
        await WriterOf(server).WriteAsync(TestContext.Current.CancellationToken);
    }

    private static async Task<string?> AuthenticateAsync(TestServer server, string secret) =>
        (await server.AuthenticateAsync(TestData.Web, secret)).Error;

    private static Task<long> CountAsync(TestDatabase database) =>
        database.ScalarAsync<long>("SELECT count(*) FROM oauth_client_secret_uses WHERE client_id = $1", TestData.Web);

    private static Task<string?> VersionAsync(TestDatabase database) =>
        database.ScalarAsync<string>("SELECT xmin::text FROM oauth_client_secret_uses");

    private static async Task<IEnumerable<System.Text.Json.JsonElement>> SecretsAsync(TestDatabase database) =>
        (await new ClientsRunner(database).RunAsync("show", TestData.Web, "--json")).Json.GetProperty("secrets")
            .EnumerateArray();
}
