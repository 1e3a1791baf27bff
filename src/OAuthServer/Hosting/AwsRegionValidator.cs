using Microsoft.Extensions.Options;
using OAuthServer.Keys;

namespace OAuthServer.Hosting;

/// <summary>Secrets Manager is reached in a region; a host that does not know it would only fail later and less clearly.</summary>
internal sealed class AwsRegionValidator(IConfiguration configuration) : IValidateOptions<SigningKeyOptions>
{
    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, SigningKeyOptions options) =>
        options.Source != SigningKeySource.SecretsManager || options.Region is not null || options.ServiceUrl is not null
            || configuration["AWS_REGION"] is not null || configuration["AWS_DEFAULT_REGION"] is not null
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail("SigningKeys:Region is required: the AWS region of the secret (AWS_REGION works too), or set SigningKeys:Source to File.");
}
