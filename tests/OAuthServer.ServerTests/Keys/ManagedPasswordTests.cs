using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Npgsql;
using OAuthServer.Keys;
using OAuthServer.Protocol;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Keys;

/// <summary>
/// The password of the database in Secrets Manager: a rotated one reaches a running instance, and an outage takes
/// nothing.
/// </summary>
public sealed class ManagedPasswordTests : IAsyncLifetime
{
    private const string Secret = "rds!cluster-oauth";

    private static readonly TimeSpan Recovery = TimeSpan.FromSeconds(30);

    private readonly string _role = $"managed_{Handle.NewId():N}";
    private SecretsManagerServer _store = null!;
    private TestDatabase _database = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _store = await SecretsManagerServer.StartAsync();
        _database = await TestData.CreateDatabaseAsync();
        await _database.ExecuteAsync($"CREATE ROLE {_role} LOGIN PASSWORD 'first'");
        await _database.ExecuteAsync($"GRANT ALL ON ALL TABLES IN SCHEMA public TO {_role}");
        await PutAsync("""{"username": "oauth", "password": "first", "port": 5432}""");
    }

    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        await _database.ExecuteAsync($"DROP OWNED BY {_role}");
        await _database.ExecuteAsync($"DROP ROLE {_role}");
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task A_rotated_password_reaches_a_running_instance_and_its_commands()
    {
        var place = new NpgsqlConnectionStringBuilder(_database.ConnectionString)
        {
            Username = _role,
            Password = null,
        }.ConnectionString;
        var settings = new Dictionary<string, string?>(_store.Settings())
        {
            ["SigningKeys:Source"] = "File",
            ["ConnectionStrings:OAuthServer"] = place,
            ["ConnectionStrings:OAuthServerPasswordSecret"] = Secret,
        };
        await using var server = await TestServer.StartAsync(new() { Settings = settings, Database = _database });
        var tokens = await server.TokensAsync();

        await _database.ExecuteAsync($"ALTER ROLE {_role} PASSWORD 'second'");
        await PutAsync("second");
        await _database.ExecuteAsync(
            $"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '{_role}'");

        await Eventually.BecomesTrue(
            async () => (await server.RefreshAsync(tokens.RefreshToken)).Status == HttpStatusCode.OK,
            Recovery,
            "the new password is used");
        var command = new CommandLine { Settings = settings };
        Assert.Equal(0, (await command.RunAsync(["clients", "list"], Ct)).Code);
    }

    [Fact]
    public async Task The_store_is_asked_every_ten_seconds_at_most_and_may_be_away()
    {
        var clock = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        using var password = Password(clock);
        var before = _store.Requests;
        var all = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => password.ReadAsync(Ct).AsTask()));
        Assert.All(all, read => Assert.Equal("first", read));
        Assert.Equal(1, _store.Requests - before);

        await PutAsync("second\n");
        Assert.Equal("first", await password.ReadAsync(Ct));
        clock.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal("second", await password.ReadAsync(Ct));

        clock.Advance(TimeSpan.FromSeconds(10));
        _store.Fail((400, "AccessDeniedException"));
        Assert.Equal("second", await password.ReadAsync(Ct));
        await PutAsync("third");
        Assert.Equal("second", await password.ReadAsync(Ct));
        clock.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal("third", await password.ReadAsync(Ct));
    }

    [Theory]
    [InlineData("""{"username": "oauth"}""", "is JSON without a member password")]
    [InlineData("""{"password": """, "out of reach")]
    [InlineData(null, "has no version that is labelled AWSCURRENT")]
    public async Task A_secret_that_has_none_is_an_outage_that_says_so(string? value, string expected)
    {
        using var password = Password(TimeProvider.System, value is null ? "not-there" : Secret);
        if (value is not null) await PutAsync(value);
        var outage = await Assert.ThrowsAsync<NpgsqlException>(async () => await password.ReadAsync(Ct));
        Assert.Contains(expected, outage.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_places_for_one_password_are_a_fault()
    {
        var settings = new Dictionary<string, string?>(_store.Settings())
        {
            ["ConnectionStrings:OAuthServer"] = _database.ConnectionString,
            ["ConnectionStrings:OAuthServerPasswordSecret"] = Secret,
        };
        var run = await new CommandLine { Settings = settings }.RunAsync(["clients", "list"], Ct);
        Assert.Equal(
            (
                2,
                "ConnectionStrings:OAuthServerPasswordSecret: a password stands in the connection string too. Give one "
                    + "of them."),
            (run.Code, run.Error.Trim()));
    }

    private ManagedDatabasePassword Password(TimeProvider clock, string secret = Secret) =>
        new(() => _store.Connect(), secret, clock, NullLogger<ManagedDatabasePassword>.Instance);

    private async Task PutAsync(string value)
    {
        using var secret = new ManagedSecret(() => _store.Connect(), Secret, "A test's.");
        if (await secret.GetAsync(ManagedSecret.Current, Ct) is null) await secret.CreateAsync(value, Ct);
        else await secret.PutAsync(value, ManagedSecret.Current, Ct);
    }
}
