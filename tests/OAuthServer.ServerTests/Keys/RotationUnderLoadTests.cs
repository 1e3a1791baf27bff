using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using OAuthServer.Keys;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Keys;

/// <summary>
/// Keys are rotated under two instances that serve, and an API that knows nothing of it and keeps its keys for as long
/// as the framework does by default.
/// </summary>
public sealed class RotationUnderLoadTests : IAsyncDisposable
{
    private const string SecretId = "oauth/jwt-private-key";
    private static readonly TimeSpan Poll = TimeSpan.FromMinutes(5.6);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("oauthserver-rotation-");
    private readonly FakeTimeProvider _clock = new(DateTimeOffset.UtcNow);
    private SecretsManagerServer? _secrets;
    private Dictionary<string, string?> _settings = [];
    private TestServer _first = null!;
    private TestServer _second = null!;
    private StockApi _api = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        if (_api is not null) await _api.DisposeAsync();
        if (_second is not null) await _second.DisposeAsync();
        if (_first is not null) await _first.DisposeAsync();
        if (_secrets is not null) await _secrets.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Three_rotations_under_load_cost_not_one_token(bool secretsManager)
    {
        await StartAsync(secretsManager);
        await using var apps = new AppsUnderLoad([_first, _second], _api, _clock);
        await apps.StartAsync();
        var keys = new List<string> { Signing(_first) };

        for (var rotation = 0; rotation < 3; rotation++)
        {
            await KeysAsync(0, "generate");
            await apps.PassUntilAsync(
                Poll,
                () => Published(_first).Length == 2 && Published(_second).Length == 2,
                "both instances publish the new key");
            keys.Add(Published(_first).Single(kid => kid != keys[^1]));
            await KeysAsync(1, "promote");
            for (var hours = 0; hours < 25; hours += 5) await apps.PassAsync(TimeSpan.FromHours(5));

            await PromoteAsync(byItself: secretsManager && rotation == 1);
            if (rotation == 1) Services<KeyRefresher>(_second).Ask();
            if (rotation == 2) Services<KeyRefresher>(_first).Ask();
            await apps.PassUntilAsync(
                Poll / 4,
                () => Signing(_first) == keys[^1] && Signing(_second) == keys[^1],
                "both instances sign with the new key");
            var stopped = _clock.GetUtcNow();

            await RetireAsync(1, keys[^2], stopped);
            for (var minutes = 0; minutes < 75; minutes += 5) await apps.PassAsync(TimeSpan.FromMinutes(5));
            await RetireAsync(0, keys[^2], stopped);
            await apps.PassUntilAsync(
                Poll,
                () => Published(_first).SequenceEqual([keys[^1]]) && Published(_second).SequenceEqual([keys[^1]]),
                "the old key is published no more");
        }

        Assert.Empty(apps.Failures);
        Assert.Equal(keys.Order(StringComparer.Ordinal), apps.Accepted.Keys.Order(StringComparer.Ordinal));
        Assert.True(apps.Issued > 100, $"There was no load: {apps.Issued} tokens.");
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{apps.Issued} tokens issued, {apps.Accepted.Values.Sum()} calls accepted, 0 refused");
    }

    [Fact]
    public async Task A_key_that_signs_before_it_was_published_is_seen_by_the_same_load_as_refused_tokens()
    {
        await StartAsync(secretsManager: false);
        await using var apps = new AppsUnderLoad([_first, _second], _api, _clock);
        await apps.StartAsync();
        await apps.PassAsync(TimeSpan.FromMinutes(1));
        Assert.Empty(apps.Failures);

        await KeysAsync(0, "generate");
        await KeysAsync(0, "promote", "--force");
        Services<KeyRefresher>(_first).Ask();

        await Eventually.BecomesTrue(
            () => Task.FromResult(apps.Failures.Count > 0), TimeSpan.FromSeconds(60), "the API refuses a token");
        Assert.All(
            apps.Failures,
            failure => Assert.StartsWith($"A token of {Signing(_first)} got 401", failure, StringComparison.Ordinal));
    }

    private async Task StartAsync(bool secretsManager)
    {
        _settings = new() { ["SigningKeys:Source"] = "File", ["SigningKeys:Directory"] = _folder.FullName };
        KeyFolder.Fill(_folder.FullName);
        if (secretsManager)
        {
            _secrets = await SecretsManagerServer.StartAsync(_clock);
            _settings = _secrets.Settings();
            using var source = new SecretsManagerKeySource(() => _secrets.Connect(), SecretId);
            await source.AddAsync(SigningKey.GeneratePem(), onlyFirst: true, Cancel);
            await _secrets.AddServerSecretAsync();
        }

        var options = new TestServerOptions
        {
            Settings = _settings,
            Services = services => services.AddSingleton<TimeProvider>(_clock),
        };
        _first = await TestServer.StartAsync(options);
        _second = await TestServer.StartAsync(options with { Database = _first.Database });
        _api = await StockApi.StartAsync(_second, _clock);
    }

    /// <summary>
    /// By the command; or by the last step of a rotation that Secrets Manager runs, which knows nothing of us.
    /// </summary>
    private async Task PromoteAsync(bool byItself)
    {
        if (!byItself) await KeysAsync(0, "promote");
        else
            _secrets!.Secrets.Move(
                SecretId,
                "AWSCURRENT",
                _secrets.Secrets.VersionOf(SecretId, "AWSCURRENT"),
                _secrets.Secrets.VersionOf(SecretId, "AWSPENDING"));
    }

    // What instances note is told by the database's clock, which does not follow ours.
    private async Task RetireAsync(int expected, string previous, DateTimeOffset stopped)
    {
        await _first.Database.ExecuteAsync(
            """
            INSERT INTO oauth_signing_keys (kid, n, e, signs_until) VALUES ($1, 'n', 'e', now() - $2)
            ON CONFLICT (kid) DO UPDATE SET signs_until = excluded.signs_until
            """,
            previous, _clock.GetUtcNow() - stopped);
        await KeysAsync(expected, "retire");
    }

    private async Task KeysAsync(int expected, params string[] arguments)
    {
        var commands = new CommandLine
        {
            Settings = new(_settings) { ["ConnectionStrings:OAuthServer"] = _first.Database.ConnectionString },
            Clock = _clock,
        };
        var run = await commands.RunAsync(["keys", .. arguments], Cancel);
        Assert.True(
            run.Code == expected, $"keys {string.Join(' ', arguments)} ended with {run.Code}: {run.Output}{run.Error}");
    }

    private static T Services<T>(TestServer server)
        where T : notnull => server.Services.GetRequiredService<T>();

    private static string Signing(TestServer server) => Services<KeyRing>(server).Current!.Signing.KeyId;

    private static string[] Published(TestServer server) =>
        [.. Services<KeyRing>(server).Current!.Published.Select(key => key.KeyId)];
}
