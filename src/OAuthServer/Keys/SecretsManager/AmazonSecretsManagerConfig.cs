using Amazon;
using Amazon.Runtime;
using Amazon.Runtime.Endpoints;
using Amazon.Runtime.Internal;

namespace OAuthServer.Keys.SecretsManager;

/// <summary>
/// Where and how to reach AWS Secrets Manager. Region, retries, proxy and the rest are the SDK's own settings. The
/// types of this folder have the names of the package AWSSDK.SecretsManager
/// (docs/decisions/021-a-small-client-for-secrets-manager.md).
/// </summary>
internal sealed class AmazonSecretsManagerConfig : ClientConfig
{
    private const string EndpointPrefix = "secretsmanager";

    /// <summary>
    /// The SDK's standard retries, with a limit on each attempt, since a poll can wait for its next turn.
    /// </summary>
    public AmazonSecretsManagerConfig()
        : base(new DefaultConfigurationProvider(new DefaultConfiguration { Name = DefaultConfigurationMode.Standard }))
    {
        ServiceId = "Secrets Manager";
        AuthenticationServiceName = EndpointPrefix;
        RetryMode = RequestRetryMode.Standard;
        MaxErrorRetry = 2;
        Timeout = TimeSpan.FromSeconds(10);
    }

    public override string ServiceVersion => "2017-10-17";

    public override string UserAgent => "OAuthServer";

    public override string RegionEndpointServiceName => EndpointPrefix;

    public override Amazon.Runtime.Endpoints.Endpoint DetermineServiceOperationEndpoint(
        ServiceOperationEndpointParameters parameters) => new(Address());

    /// <summary>The address of the service: the one configured, or the region's own.</summary>
    public string Address() =>
        ServiceURL ?? $"https://{EndpointPrefix}.{RegionEndpoint.SystemName}.{RegionEndpoint.PartitionDnsSuffix}";

    private sealed class DefaultConfigurationProvider(IDefaultConfiguration configuration)
        : IDefaultConfigurationProvider
    {
        public IDefaultConfiguration GetDefaultConfiguration(
            RegionEndpoint clientRegion, DefaultConfigurationMode? requestedConfigurationMode = null) => configuration;
    }
}
