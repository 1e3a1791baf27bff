#if OAUTH_TEST_LOCALSTACK
using Amazon.Runtime;
using OAuthServer.Keys;
using OAuthServer.Keys.SecretsManager;
using Testcontainers.LocalStack;

namespace OAuthServer.ServerTests.Keys;

/// <summary>
/// The same life of a key against LocalStack. Compiled only with OAUTH_TEST_LOCALSTACK=1, since it needs a Docker
/// engine: where it is asked for it runs and can fail, elsewhere it does not exist, and it never passes without having
/// run.
/// </summary>
public sealed class LocalStackTests : IAsyncLifetime
{
    private readonly LocalStackContainer _container = new LocalStackBuilder("localstack/localstack:4").Build();

    public async ValueTask InitializeAsync() => await _container.StartAsync(TestContext.Current.CancellationToken);

    public ValueTask DisposeAsync() => _container.DisposeAsync();

    [Fact]
    public async Task A_key_goes_through_pending_current_and_previous_in_LocalStack()
    {
        var cancel = TestContext.Current.CancellationToken;
        using var source = new SecretsManagerKeySource(Connect, "oauth/jwt-private-key");
        Assert.Equal(KeyStage.Current, await source.AddAsync(SigningKey.GeneratePem(), onlyFirst: true, cancel));
        Assert.Equal(KeyStage.Pending, await source.AddAsync(SigningKey.GeneratePem(), onlyFirst: false, cancel));
        using var before = await source.ReadAsync(cancel);

        Assert.True(await source.PromoteAsync(cancel));

        using var after = await source.ReadAsync(cancel);
        Assert.Equal(before[KeyStage.Pending]!.Key.KeyId, after[KeyStage.Current]!.Key.KeyId);
        Assert.Equal(before[KeyStage.Current]!.Key.KeyId, after[KeyStage.Previous]!.Key.KeyId);
        Assert.Null(after[KeyStage.Pending]);
    }

    private AmazonSecretsManagerClient Connect() => new(
        new BasicAWSCredentials("demo", "demo"),
        new AmazonSecretsManagerConfig
        {
            ServiceURL = _container.GetConnectionString(),
            AuthenticationRegion = "us-east-1",
        });
}
#endif
