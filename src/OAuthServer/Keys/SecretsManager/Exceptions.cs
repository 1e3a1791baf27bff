using Amazon.Runtime;
using Amazon.Runtime.Internal;

namespace OAuthServer.Keys.SecretsManager;

/// <summary>Any error of AWS Secrets Manager, with its code and status.</summary>
internal class AmazonSecretsManagerException(ErrorResponse error) : AmazonServiceException(
    error.Message, error.InnerException, error.Type, error.Code, error.RequestId, error.StatusCode);

/// <summary>There is no such secret, or no version of it with that label.</summary>
internal sealed class ResourceNotFoundException(ErrorResponse error) : AmazonSecretsManagerException(error);

/// <summary>A secret of that name exists already.</summary>
internal sealed class ResourceExistsException(ErrorResponse error) : AmazonSecretsManagerException(error);
