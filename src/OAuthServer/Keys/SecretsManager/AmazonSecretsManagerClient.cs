using Amazon.Runtime;
using Amazon.Runtime.Credentials.Internal;
using Amazon.Runtime.Endpoints;
using Amazon.Runtime.Internal;
using Amazon.Runtime.Internal.Auth;

namespace OAuthServer.Keys.SecretsManager;

/// <summary>
/// The operations of AWS Secrets Manager that signing keys need. Credentials, signing (SigV4), retries and transport
/// are AWSSDK.Core's pipeline. Errors of the service are <see cref="AmazonSecretsManagerException"/> or a type under
/// it.
/// </summary>
internal sealed class AmazonSecretsManagerClient : AmazonServiceClient
{
    /// <summary>
    /// Uses the credentials that the SDK finds: environment, profile, web identity, container, instance.
    /// </summary>
    public AmazonSecretsManagerClient(AmazonSecretsManagerConfig config)
        : base(Located(config))
    {
    }

    public AmazonSecretsManagerClient(AWSCredentials credentials, AmazonSecretsManagerConfig config)
        : base(credentials, Located(config))
    {
    }

    /// <summary>
    /// One version of a secret, by staging label. Unknown secret or label: <see cref="ResourceNotFoundException"/>.
    /// </summary>
    public Task<GetSecretValueResponse> GetSecretValueAsync(GetSecretValueRequest request, CancellationToken ct) =>
        InvokeAsync<GetSecretValueResponse>(request, GetSecretValueRequest.Operation, ct);

    /// <summary>A new version of a secret that exists.</summary>
    public Task<PutSecretValueResponse> PutSecretValueAsync(PutSecretValueRequest request, CancellationToken ct) =>
        InvokeAsync<PutSecretValueResponse>(request, PutSecretValueRequest.Operation, ct);

    /// <summary>A new secret with its first version. A name in use: <see cref="ResourceExistsException"/>.</summary>
    public Task<CreateSecretResponse> CreateSecretAsync(CreateSecretRequest request, CancellationToken ct) =>
        InvokeAsync<CreateSecretResponse>(request, CreateSecretRequest.Operation, ct);

    /// <summary>
    /// Moves a staging label; moving <c>AWSCURRENT</c> leaves <c>AWSPREVIOUS</c> on the version it left.
    /// </summary>
    public Task<UpdateSecretVersionStageResponse> UpdateSecretVersionStageAsync(
        UpdateSecretVersionStageRequest request, CancellationToken ct) =>
        InvokeAsync<UpdateSecretVersionStageResponse>(request, UpdateSecretVersionStageRequest.Operation, ct);

    protected override void CustomizeRuntimePipeline(RuntimePipeline pipeline)
    {
        pipeline.AddHandlerAfter<Marshaller>(new BaseEndpointResolver());
        pipeline.AddHandlerBefore<RetryHandler>(new SigV4());
    }

    private Task<TResponse> InvokeAsync<TResponse>(
        AmazonWebServiceRequest request, JsonOperation operation, CancellationToken ct)
        where TResponse : AmazonWebServiceResponse, new()
    {
        var options = new InvokeOptions { RequestMarshaller = operation, ResponseUnmarshaller = operation.Answer };
        return InvokeAsync<TResponse>(request, options, ct);
    }

    private static AmazonSecretsManagerConfig Located(AmazonSecretsManagerConfig config)
    {
        config.EndpointProvider = new StaticEndpointProvider(config.Address());
        return config;
    }

    private sealed class SigV4 : BaseAuthResolverHandler
    {
        protected override List<IAuthSchemeOption> ResolveAuthOptions(IExecutionContext executionContext) =>
            AuthSchemeOption.DEFAULT_SIGV4;
    }
}
