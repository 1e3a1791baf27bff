using System.CommandLine;
using System.Diagnostics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using OAuthServer.Keys;
using OAuthServer.Keys.SecretsManager;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Keys;

public sealed class SecretsManagerKeySourceTests : IAsyncLifetime
{
    private const string SecretId = "oauth/jwt-private-key";
    private SecretsManagerServer _server = null!;
    private SecretsManagerKeySource _source = null!;
    private string? _database;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _server = await SecretsManagerServer.StartAsync();
        _source = new SecretsManagerKeySource(() => _server.Connect(), SecretId);
    }

    public ValueTask DisposeAsync()
    {
        _source.Dispose();
        return _server.DisposeAsync();
    }

    [Fact]
    public async Task A_secret_that_does_not_exist_is_a_fault_with_the_command_that_helps()
    {
        using var stored = await _source.ReadAsync(Cancel);

        Assert.Empty(stored.Keys);
        Assert.Contains("OAuthServer keys generate", Assert.Single(stored.Faults), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_goes_through_pending_current_and_previous()
    {
        Assert.Equal(KeyStage.Current, await _source.AddAsync(SigningKey.GeneratePem(), onlyFirst: false, Cancel));
        var first = (await StagesAsync())[KeyStage.Current];
        Assert.Equal(KeyStage.Pending, await _source.AddAsync(SigningKey.GeneratePem(), onlyFirst: false, Cancel));
        var second = (await StagesAsync())[KeyStage.Pending];

        Assert.True(await _source.PromoteAsync(Cancel));

        Assert.Equal(["AWSPREVIOUS", "AWSCURRENT"], _server.Secrets.Labels(SecretId));
        var stages = await StagesAsync();
        Assert.Equal(second, stages[KeyStage.Current]);
        Assert.Equal(first, stages[KeyStage.Previous]);
        Assert.False(await _source.PromoteAsync(Cancel));

        // Neither the one that signs nor one that is not there.
        foreach (var key in (string[])[second, "no-such-key"]) Assert.False(await _source.RemoveAsync(key, Cancel));
    }

    [Fact]
    public async Task Many_that_add_a_first_key_at_once_make_one()
    {
        var stages = await Task.WhenAll(
            Enumerable.Range(0, 4).Select(_ => _source.AddAsync(SigningKey.GeneratePem(), onlyFirst: true, Cancel)));

        Assert.Single(stages, stage => stage == KeyStage.Current);
        Assert.Equal(["AWSCURRENT"], _server.Secrets.Labels(SecretId));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task A_promotion_in_the_middle_of_a_reading_hides_no_key(int beforeRead)
    {
        await _source.AddAsync(SigningKey.GeneratePem(), onlyFirst: false, Cancel);
        await _source.AddAsync(SigningKey.GeneratePem(), onlyFirst: false, Cancel);
        var (current, pending) = (
            _server.Secrets.VersionOf(SecretId, "AWSCURRENT"), _server.Secrets.VersionOf(SecretId, "AWSPENDING"));
        void Promote()
        {
            _server.Secrets.Move(SecretId, "AWSCURRENT", from: current, to: pending);
            _server.Secrets.Move(SecretId, "AWSPENDING", from: pending, to: null);
        }

        _server.Meanwhile = (_server.Requests + beforeRead, Promote);
        using var stored = await _source.ReadAsync(Cancel);

        Assert.Equal(2, stored.Keys.Length);
        Assert.NotNull(stored[KeyStage.Current]);
    }

    [Fact]
    public async Task A_label_that_a_rotation_left_on_the_current_version_is_not_a_pending_key()
    {
        await _source.AddAsync(SigningKey.GeneratePem(), onlyFirst: true, Cancel);
        using var client = _server.Connect();
        var current = await client.GetSecretValueAsync(new GetSecretValueRequest { SecretId = SecretId }, Cancel);
        await client.UpdateSecretVersionStageAsync(
            new UpdateSecretVersionStageRequest
            {
                SecretId = SecretId,
                VersionStage = "AWSPENDING",
                MoveToVersionId = current.VersionId,
            }, Cancel);

        Assert.Equal([KeyStage.Current], (await StagesAsync()).Keys);
        Assert.False(await _source.PromoteAsync(Cancel));
    }

    [Fact]
    public async Task A_secret_that_holds_no_key_is_a_fault_without_its_text()
    {
        using var client = _server.Connect();
        await client.CreateSecretAsync(
            new CreateSecretRequest
            {
                Name = SecretId,
                SecretString = "demo-not-a-key",
                ClientRequestToken = new string('a', 32),
            }, Cancel);

        using var stored = await _source.ReadAsync(Cancel);

        Assert.StartsWith("AWSCURRENT: ", Assert.Single(stored.Faults), StringComparison.Ordinal);
        Assert.DoesNotContain("demo-not-a-key", stored.Faults[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refusal_and_an_outage_say_which_they_are()
    {
        using var stranger = new SecretsManagerKeySource(() => _server.Connect("another-demo-key"), SecretId);
        var refused = await Assert.ThrowsAsync<KeyStoreException>(() => stranger.ReadAsync(Cancel));
        Assert.Contains("InvalidSignatureException", refused.Message, StringComparison.Ordinal);

        using var client = _server.Connect();
        using var cutOff = new SecretsManagerKeySource(() => client, SecretId);
        await _server.DisposeAsync();
        var outage = await Assert.ThrowsAsync<KeyStoreException>(() => cutOff.ReadAsync(Cancel));
        Assert.Contains("out of reach", outage.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_region_is_an_outage_with_its_reason_and_not_a_crash()
    {
        using var lost = new SecretsManagerKeySource(
            () => throw new Amazon.Runtime.AmazonClientException("No RegionEndpoint or ServiceURL configured"),
            SecretId);

        var outage = await Assert.ThrowsAsync<KeyStoreException>(() => lost.ReadAsync(Cancel));

        Assert.Contains("No RegionEndpoint", outage.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_ring_follows_a_rotation_and_every_key_is_published_before_it_signs()
    {
        await _source.AddAsync(SigningKey.GeneratePem(), onlyFirst: true, Cancel);
        Assert.True(ServerSecret.TryParse(ServerSecret.Generate(), out var secret, out _));
        var secrets = new ServerSecrets(secret, null, null);
        var ring = new KeyRing(Options.Create(new SigningKeyOptions()), TimeProvider.System);
        ring.Replace(await _source.ReadAsync(Cancel), secrets);
        var first = ring.Current!.Signing.KeyId;

        await _source.AddAsync(SigningKey.GeneratePem(), onlyFirst: false, Cancel);
        ring.Replace(await _source.ReadAsync(Cancel), secrets);
        var announced = Assert.Single(ring.Current!.Published, key => key.Stage == KeyStage.Pending);
        Assert.Equal(first, ring.Current.Signing.KeyId);

        await _source.PromoteAsync(Cancel);
        ring.Replace(await _source.ReadAsync(Cancel), secrets);
        Assert.Equal(announced.KeyId, ring.Current!.Signing.KeyId);
        Assert.Contains(ring.Current.Published, key => key.KeyId == first && key.Stage == KeyStage.Previous);
    }

    [Fact]
    public async Task The_commands_rotate_a_key_and_wait_until_verifiers_know_it()
    {
        Assert.Equal(0, (await RunAsync("generate")).Code);
        Assert.Equal(0, (await RunAsync("generate")).Code);
        Assert.Equal(1, (await RunAsync("promote")).Code);
        Assert.Equal(["AWSCURRENT", "AWSPENDING"], _server.Secrets.Labels(SecretId));

        _server.Secrets.Age(SecretId, "AWSPENDING", TimeSpan.FromHours(26));
        Assert.Equal(0, (await RunAsync("promote")).Code);
        Assert.Equal(["AWSPREVIOUS", "AWSCURRENT"], _server.Secrets.Labels(SecretId));
        Assert.Contains("previous", (await RunAsync("list")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_previous_key_is_retired_once_its_last_token_is_dead_and_its_version_is_left_without_a_label()
    {
        foreach (var arguments in (string[][])[["generate"], ["generate"], ["promote", "--force"]])
            Assert.Equal(0, (await RunAsync(arguments)).Code);
        var previous = (await StagesAsync())[KeyStage.Previous];
        await using var database = await TestDatabase.CreateAsync();
        _database = database.ConnectionString;
        await database.ExecuteAsync("INSERT INTO oauth_signing_keys (kid, n, e) VALUES ($1, 'n', 'e')", previous);

        var unknown = await RunAsync("retire");
        Assert.Equal(1, unknown.Code);
        Assert.Contains("not known when the last server stopped signing", unknown.Output, StringComparison.Ordinal);

        const string stopped = "UPDATE oauth_signing_keys SET signs_until = now() - $1";
        await database.ExecuteAsync(stopped, new SigningKeyOptions().PreviousKeyRetention() - TimeSpan.FromMinutes(1));
        var early = await RunAsync("retire");
        Assert.Equal(1, early.Code);
        Assert.Contains("may be alive until", early.Output, StringComparison.Ordinal);
        Assert.Equal(["AWSPREVIOUS", "AWSCURRENT"], _server.Secrets.Labels(SecretId));

        await database.ExecuteAsync(stopped, new SigningKeyOptions().PreviousKeyRetention());
        var done = await RunAsync("retire");
        Assert.Equal(0, done.Code);
        Assert.Contains(previous, done.Output, StringComparison.Ordinal);
        Assert.Equal(["", "AWSCURRENT"], _server.Secrets.Labels(SecretId));
        Assert.Equal(1, (await RunAsync("retire")).Code);
    }

    [Fact]
    public async Task A_leaked_key_is_gone_by_one_command_whatever_its_stage()
    {
        await RunAsync("generate");
        var leaked = (await StagesAsync())[KeyStage.Current];

        Assert.Equal(1, (await RunAsync("retire", "--kid", leaked)).Code);
        Assert.Equal(0, (await RunAsync("retire", "--kid", leaked, "--force")).Code);
        var stages = await StagesAsync();
        Assert.Equal([KeyStage.Current], stages.Keys);
        Assert.NotEqual(leaked, stages[KeyStage.Current]);

        await RunAsync("generate");
        var pending = (await StagesAsync())[KeyStage.Pending];
        Assert.Equal(0, (await RunAsync("retire", "--kid", stages[KeyStage.Current], "--force")).Code);
        Assert.Equal([KeyValuePair.Create(KeyStage.Current, pending)], await StagesAsync());
    }

    [Fact]
    public async Task A_host_started_without_a_store_becomes_able_to_sign_when_the_store_is_back()
    {
        // The host uses the credentials that the SDK finds, here in its environment.
        Environment.SetEnvironmentVariable("AWS_ACCESS_KEY_ID", "AKIDEMO");
        Environment.SetEnvironmentVariable("AWS_SECRET_ACCESS_KEY", "demo-secret-key");
        await _source.AddAsync(SigningKey.GeneratePem(), onlyFirst: true, Cancel);
        await _server.AddServerSecretAsync();
        _server.Fail([.. Enumerable.Repeat((500, "InternalServiceError"), 3)]);
        var builder = new HostApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["SigningKeys:ServiceUrl"] = _server.Address,
            ["SigningKeys:Region"] = "eu-central-1",
        });
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSigningKeys(builder.Configuration);
        using var host = builder.Build();
        var ring = host.Services.GetRequiredService<KeyRing>();

        await host.StartAsync(Cancel);

        var deadline = Stopwatch.StartNew();
        while (ring.Current is null && deadline.Elapsed < TimeSpan.FromSeconds(20)) await Task.Delay(20, Cancel);
        Assert.NotNull(ring.Current);
        await host.StopAsync(Cancel);
    }

    private async Task<Dictionary<KeyStage, string>> StagesAsync()
    {
        using var stored = await _source.ReadAsync(Cancel);
        Assert.Empty(stored.Faults);
        return stored.Keys.ToDictionary(key => key.Stage, key => key.Key.KeyId);
    }

    private async Task<(int Code, string Output)> RunAsync(params string[] arguments)
    {
        // The commands use the credentials that the SDK finds, here in its environment.
        Environment.SetEnvironmentVariable("AWS_ACCESS_KEY_ID", "AKIDEMO");
        Environment.SetEnvironmentVariable("AWS_SECRET_ACCESS_KEY", "demo-secret-key");
        var commands = new CommandLine
        {
            Settings =
            {
                ["ConnectionStrings:OAuthServer"] = _database,
                ["SigningKeys:ServiceUrl"] = _server.Address,
                ["SigningKeys:Region"] = "eu-central-1",
                ["SigningKeys:SecretId"] = SecretId,
            },
        };
        var run = await commands.RunAsync(["keys", .. arguments], Cancel);
        return (run.Code, run.Output + run.Error);
    }
}
